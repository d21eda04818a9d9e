import { useQuery } from '@tanstack/react-query';
import { fieldCaps, type FieldCaps } from './es';
import { findObjects, type IndexPatternAttributes, type SavedObject } from './savedObjects';

export const INDEX_PATTERNS_KEY = ['saved-objects', 'index-pattern'];

export interface IndexPattern {
  id: string;
  /** What is searched: `logstash-*`. */
  title: string;
  /** Absent when the time filter is not used. */
  timeField: string | undefined;
}

/** An index pattern from its saved object. */
export function toIndexPattern(object: SavedObject<IndexPatternAttributes>): IndexPattern {
  return {
    id: object.id,
    title: object.attributes.title,
    timeField: object.attributes.timeFieldName || undefined,
  };
}

/** All index patterns, in order of title. */
export function useIndexPatterns() {
  return useQuery({
    queryKey: INDEX_PATTERNS_KEY,
    queryFn: async ({ signal }) => {
      const objects = await findObjects<IndexPatternAttributes>(['index-pattern'], signal);
      return objects.map(toIndexPattern).sort((a, b) => a.title.localeCompare(b.title));
    },
    staleTime: 30_000,
  });
}

/** The fields of a pattern as they are now. Asked anew at most every 30 seconds. */
export function useFields(title: string | undefined) {
  return useQuery<FieldCaps[]>({
    queryKey: ['field-caps', title],
    queryFn: ({ signal }) => fieldCaps(title ?? '', signal),
    enabled: title !== undefined && title !== '',
    staleTime: 30_000,
  });
}

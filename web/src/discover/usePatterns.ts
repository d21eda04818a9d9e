import { useMemo } from 'react';
import { useFields, useIndexPatterns, type IndexPattern } from '../base/indexPatterns';
import { patternFields, type PatternField } from '../base/search/fields';
import { useSetting } from '../base/settings';

/** Shippers write here by default, so this pattern is offered by itself where such indices exist. */
const OFFERED: IndexPattern = { id: 'logstash-*', title: 'logstash-*', timeField: '@timestamp' };

export interface Patterns {
  patterns: IndexPattern[];
  /** The pattern in use; undefined while loading, and where there is none. */
  pattern: IndexPattern | undefined;
  /** The URL names a pattern that is not there: another one is used. */
  unknownId: string | undefined;
  fields: PatternField[];
  fieldsReady: boolean;
  isPending: boolean;
  error: Error | null;
  retry: () => void;
}

/** The index patterns, and the fields of the one in use. */
export function usePatterns(wanted: string | undefined): Patterns {
  const saved = useIndexPatterns();
  const defaultId = String(useSetting('defaultIndex'));
  const known = saved.data ?? [];
  const mayOffer = !saved.isPending && !known.some((pattern) => pattern.title === OFFERED.title);
  const offered = useFields(mayOffer ? OFFERED.title : undefined);
  const isOffered = mayOffer && (offered.data ?? []).some((field) => field.name === OFFERED.timeField);
  const patterns = useMemo(
    () => (isOffered ? [...(saved.data ?? []), OFFERED] : (saved.data ?? [])),
    [saved.data, isOffered],
  );
  const byId = (id: string | undefined): IndexPattern | undefined =>
    patterns.find((pattern) => pattern.id === id || pattern.title === id);
  const isPending = saved.isPending || (mayOffer && offered.isPending);
  const found = byId(wanted);
  const pattern = isPending ? undefined : (found ?? byId(defaultId || undefined) ?? patterns[0]);
  const caps = useFields(pattern?.title);
  const fields = useMemo(() => patternFields(caps.data ?? []), [caps.data]);
  return {
    patterns,
    pattern,
    unknownId: !isPending && wanted !== undefined && !found ? wanted : undefined,
    fields,
    fieldsReady: caps.data !== undefined,
    isPending,
    // Without a list of saved patterns the offered one still works.
    error: caps.error ?? (pattern ? null : (saved.error ?? offered.error)),
    retry: () => {
      void saved.refetch();
      void (pattern ? caps : offered).refetch();
    },
  };
}

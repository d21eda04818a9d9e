/** Which fields the side bar lists, and under which heading. */

import type { FieldKind, PatternField } from '../base/search/fields';

export interface FieldFilter {
  search: string;
  /** Empty: all. */
  kinds: FieldKind[];
  aggregatable: boolean;
  /** Leave out fields that no loaded document has. */
  hideMissing: boolean;
}

export interface FieldGroup {
  title: 'Selected' | 'Popular' | 'Available';
  fields: PatternField[];
}

const POPULAR_LIMIT = 10;

/** Multi-fields (`log.keyword`) repeat their parent, so they are listed only when searched for or chosen. */
function isListed(field: PatternField, present: ReadonlySet<string>, filter: FieldFilter): boolean {
  const search = filter.search.trim().toLowerCase();
  if (search !== '' && !field.name.toLowerCase().includes(search)) return false;
  if (filter.kinds.length > 0 && !filter.kinds.includes(field.kind)) return false;
  if (filter.aggregatable && !field.aggregatable) return false;
  if (field.parent !== undefined) return search !== '' || filter.aggregatable;
  return !filter.hideMissing || present.size === 0 || present.has(field.name);
}

/** The groups of the side bar; `popular` is in order of use. */
export function groupFields(
  fields: readonly PatternField[],
  columns: readonly string[],
  popular: readonly string[],
  present: ReadonlySet<string>,
  filter: FieldFilter,
): FieldGroup[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const find = (name: string): PatternField[] => {
    const field = byName.get(name);
    return field ? [field] : [];
  };
  const selected = columns.flatMap(
    (name) =>
      byName.get(name) ?? {
        name,
        kind: 'unknown' as const,
        esTypes: [],
        searchable: false,
        aggregatable: false,
      },
  );
  const listed = fields.filter((field) => !columns.includes(field.name) && isListed(field, present, filter));
  const often = popular
    .slice(0, POPULAR_LIMIT)
    .flatMap(find)
    .filter((field) => listed.includes(field));
  const rest = listed.filter((field) => !often.includes(field));
  const groups: FieldGroup[] = [];
  if (selected.length > 0) groups.push({ title: 'Selected', fields: selected });
  if (often.length > 0) groups.push({ title: 'Popular', fields: often });
  groups.push({ title: 'Available', fields: rest });
  return groups;
}

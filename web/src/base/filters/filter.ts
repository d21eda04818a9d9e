/** Filters as Kibana keeps them in URLs and saved objects, and their clauses. */

import type { Json, JsonObject, QueryClause } from '../search/types';
import { isJsonObject } from '../rison';

export interface FilterMeta {
  alias?: string | null;
  disabled?: boolean;
  negate?: boolean;
  index?: string;
  type?: string;
  key?: string;
  params?: Json;
  value?: Json;
  controlledBy?: string;
}

/** One filter: its clause is in `query`, or (old form) in a member of its own such as `range`, `exists`. */
export interface Filter {
  $state?: { store: 'appState' | 'globalState' };
  meta: FilterMeta;
  query?: QueryClause;
  range?: JsonObject;
  exists?: JsonObject;
  bool?: JsonObject;
  [clause: string]: unknown;
}

export type Operator =
  | 'is'
  | 'is not'
  | 'is one of'
  | 'is not one of'
  | 'is between'
  | 'is not between'
  | 'exists'
  | 'does not exist';

export const OPERATORS: readonly Operator[] = [
  'is',
  'is not',
  'is one of',
  'is not one of',
  'is between',
  'is not between',
  'exists',
  'does not exist',
];

export interface RangeParams {
  gte?: string | number;
  lt?: string | number;
}

function make(index: string, negate: boolean, meta: FilterMeta, clause: Partial<Filter>): Filter {
  return {
    $state: { store: 'appState' },
    meta: { alias: null, disabled: false, negate, index, ...meta },
    ...clause,
  };
}

export function phraseFilter(index: string, field: string, value: Json, negate = false): Filter {
  return make(
    index,
    negate,
    { type: 'phrase', key: field, params: { query: value } },
    { query: { match_phrase: { [field]: value } } },
  );
}

export function phrasesFilter(index: string, field: string, values: Json[], negate = false): Filter {
  const clauses = values.map((value) => ({ match_phrase: { [field]: value } }));
  return make(
    index,
    negate,
    { type: 'phrases', key: field, params: values },
    { query: { bool: { should: clauses, minimum_should_match: 1 } } },
  );
}

export function rangeFilter(index: string, field: string, params: RangeParams, negate = false): Filter {
  const bounds: JsonObject = {};
  if (params.gte !== undefined && params.gte !== '') bounds['gte'] = params.gte;
  if (params.lt !== undefined && params.lt !== '') bounds['lt'] = params.lt;
  return make(index, negate, { type: 'range', key: field, params: bounds }, { range: { [field]: bounds } });
}

export function existsFilter(index: string, field: string, negate = false): Filter {
  return make(index, negate, { type: 'exists', key: field, value: 'exists' }, { exists: { field } });
}

export function customFilter(index: string, clause: QueryClause, alias: string | null = null): Filter {
  return make(index, false, { type: 'custom', key: 'query', alias }, { query: clause });
}

/** The filter for an operator of the form; values in the order typed. */
export function buildFilter(
  index: string,
  field: string,
  operator: Operator,
  values: Json[],
  range: RangeParams,
): Filter {
  const negate = operator.includes('not');
  if (operator.endsWith('one of')) return phrasesFilter(index, field, values, negate);
  if (operator.endsWith('between')) return rangeFilter(index, field, range, negate);
  if (operator.includes('exist')) return existsFilter(index, field, negate);
  return phraseFilter(index, field, values[0] ?? '', negate);
}

const OWN_MEMBERS = new Set(['$state', 'meta', 'query']);

/** `{"match": {f: {query, type: "phrase"}}}` of old bookmarks as today's `match_phrase`. */
function modern(clause: QueryClause): QueryClause {
  const match = clause['match'];
  if (!isJsonObject(match)) return clause;
  const [field, inner] = Object.entries(match)[0] ?? [];
  if (field === undefined || !isJsonObject(inner) || inner['type'] !== 'phrase') return clause;
  return { match_phrase: { [field]: inner['query'] ?? '' } };
}

/** The query clause of a filter, not negated; null where it holds none. */
export function filterClause(filter: Filter): QueryClause | null {
  if (isJsonObject(filter.query)) return modern(filter.query);
  const own = Object.entries(filter).find(([key, value]) => !OWN_MEMBERS.has(key) && isJsonObject(value));
  return own ? modern({ [own[0]]: own[1] as Json }) : null;
}

export function isPinned(filter: Filter): boolean {
  return filter.$state?.store === 'globalState';
}

/** Key under which two filters count as the same, whatever their state. */
export function filterKey(filter: Filter): string {
  return JSON.stringify(filterClause(filter));
}

/** Filters with one more; the same clause replaces, and its opposite is turned round. */
export function addFilter(filters: readonly Filter[], added: Filter): Filter[] {
  const key = filterKey(added);
  const same = filters.find((filter) => filterKey(filter) === key);
  if (!same) return [...filters, added];
  return filters.map((filter) =>
    filter === same
      ? { ...filter, meta: { ...filter.meta, negate: added.meta.negate ?? false, disabled: false } }
      : filter,
  );
}

/** Whether a value from a URL or saved object has the shape of a filter. */
export function isFilter(value: unknown): value is Filter {
  return isJsonObject(value) && isJsonObject(value['meta']);
}

/** Filters of a decoded `filters` member; unreadable entries are left out. */
export function readFilters(value: unknown, store: 'appState' | 'globalState'): Filter[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isFilter).map((filter) => ({ ...filter, $state: { store } }));
}

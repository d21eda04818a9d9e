/** Filters in words, and taken apart for the form. */

import type { Json, JsonObject } from '../search/types';
import { isJsonObject } from '../rison';
import { filterClause, type Filter, type Operator, type RangeParams } from './filter';

export interface FilterParts {
  field: string;
  operator: Operator;
  values: Json[];
  range: RangeParams;
}

function phraseParts(clause: JsonObject, negate: boolean): FilterParts | null {
  const body = clause['match_phrase'] ?? clause['match'] ?? clause['term'];
  if (!isJsonObject(body)) return null;
  const [field, inner] = Object.entries(body)[0] ?? [];
  if (field === undefined || inner === undefined) return null;
  const value = isJsonObject(inner) ? (inner['query'] ?? inner['value'] ?? '') : inner;
  return { field, operator: negate ? 'is not' : 'is', values: [value], range: {} };
}

function phrasesParts(clause: JsonObject, negate: boolean): FilterParts | null {
  const bool = clause['bool'];
  if (
    !isJsonObject(bool) ||
    !Array.isArray(bool['should']) ||
    Object.keys(bool).some((key) => !['should', 'minimum_should_match'].includes(key))
  )
    return null;
  const parts = bool['should'].map((part) => (isJsonObject(part) ? phraseParts(part, false) : null));
  const field = parts[0]?.field;
  if (field === undefined || parts.some((part) => part?.field !== field)) return null;
  return {
    field,
    operator: negate ? 'is not one of' : 'is one of',
    values: parts.flatMap((part) => part?.values ?? []),
    range: {},
  };
}

function rangeParts(clause: JsonObject, negate: boolean): FilterParts | null {
  const body = clause['range'];
  if (!isJsonObject(body)) return null;
  const [field, inner] = Object.entries(body)[0] ?? [];
  if (field === undefined || !isJsonObject(inner)) return null;
  const range: RangeParams = {};
  const low = inner['gte'] ?? inner['gt'];
  const high = inner['lt'] ?? inner['lte'];
  if (typeof low === 'string' || typeof low === 'number') range.gte = low;
  if (typeof high === 'string' || typeof high === 'number') range.lt = high;
  return { field, operator: negate ? 'is not between' : 'is between', values: [], range };
}

function existsParts(clause: JsonObject, negate: boolean): FilterParts | null {
  const body = clause['exists'];
  if (!isJsonObject(body) || typeof body['field'] !== 'string') return null;
  return { field: body['field'], operator: negate ? 'does not exist' : 'exists', values: [], range: {} };
}

/** The parts of a filter that the form can edit; null for custom DSL. */
export function filterParts(filter: Filter): FilterParts | null {
  const clause = filterClause(filter);
  if (!clause) return null;
  const negate = filter.meta.negate === true;
  return (
    existsParts(clause, negate) ??
    rangeParts(clause, negate) ??
    phrasesParts(clause, negate) ??
    phraseParts(clause, negate)
  );
}

function valueText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export interface FilterLabel {
  negate: boolean;
  field: string;
  /** Text after the field: `: value`, ` exists`. */
  rest: string;
}

/** What a pill shows; `NOT` comes from `negate`. */
export function filterLabel(filter: Filter): FilterLabel {
  const negate = filter.meta.negate === true;
  if (filter.meta.alias) return { negate, field: '', rest: filter.meta.alias };
  const parts = filterParts(filter);
  if (!parts) return { negate, field: '', rest: JSON.stringify(filterClause(filter) ?? {}) };
  const { field, values, range } = parts;
  if (parts.operator.includes('exist')) return { negate, field, rest: ': exists' };
  if (parts.operator.includes('between'))
    return { negate, field, rest: `: ${range.gte ?? '−∞'} to ${range.lt ?? '+∞'}` };
  if (parts.operator.includes('one of'))
    return { negate, field, rest: `: is one of ${values.map(valueText).join(', ')}` };
  return { negate, field, rest: `: ${valueText(values[0] ?? '')}` };
}

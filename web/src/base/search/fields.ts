/** Fields of an index pattern, from `_field_caps`: always what the indices have now. */

import type { FieldCaps } from '../es';

export type FieldKind =
  'string' | 'number' | 'date' | 'boolean' | 'ip' | 'geo' | 'object' | 'conflict' | 'unknown';

export interface PatternField {
  name: string;
  kind: FieldKind;
  /** Elasticsearch's types, more than one in a conflict. */
  esTypes: string[];
  searchable: boolean;
  aggregatable: boolean;
  /** The field whose values this one repeats (`log` for `log.keyword`). */
  parent?: string;
}

const KINDS: Record<string, FieldKind> = {
  text: 'string',
  keyword: 'string',
  wildcard: 'string',
  constant_keyword: 'string',
  match_only_text: 'string',
  version: 'string',
  binary: 'string',
  flattened: 'string',
  long: 'number',
  integer: 'number',
  short: 'number',
  byte: 'number',
  unsigned_long: 'number',
  double: 'number',
  float: 'number',
  half_float: 'number',
  scaled_float: 'number',
  date: 'date',
  date_nanos: 'date',
  boolean: 'boolean',
  ip: 'ip',
  geo_point: 'geo',
  geo_shape: 'geo',
  object: 'object',
  nested: 'object',
};

/** The kind of a type of Elasticsearch. */
export function fieldKind(esType: string): FieldKind {
  return KINDS[esType] ?? 'unknown';
}

function mergedKind(esTypes: string[]): FieldKind {
  const kinds = new Set(esTypes.map(fieldKind));
  return kinds.size === 1 ? ([...kinds][0] as FieldKind) : 'conflict';
}

/** The fields of a `_field_caps` answer with their kinds, in order of name; objects and most meta fields left out. */
export function patternFields(caps: readonly FieldCaps[]): PatternField[] {
  return caps
    .filter((cap) => !cap.name.startsWith('_') && !cap.types.every((type) => fieldKind(type) === 'object'))
    .map((cap) => ({
      name: cap.name,
      kind: mergedKind(cap.types),
      esTypes: cap.types,
      searchable: cap.searchable,
      aggregatable: cap.aggregatable,
      ...(cap.parent === undefined ? {} : { parent: cap.parent }),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The field to aggregate on for a field: itself, or a multi-field below it; undefined where there is none. */
export function aggregatableName(field: PatternField, fields: readonly PatternField[]): string | undefined {
  if (field.aggregatable && field.kind !== 'conflict') return field.name;
  return fields.find((other) => other.parent === field.name && other.aggregatable)?.name;
}

/** The names a pattern of field names (`kubernetes.*`) stands for. */
export function matchFieldNames(pattern: string, names: readonly string[]): string[] {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${pieces.join('.*')}$`);
  return names.filter((name) => expression.test(name));
}

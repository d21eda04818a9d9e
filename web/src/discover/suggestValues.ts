/** Values of a field that begin like what is typed, for completion. */

import { aggregatableName, type PatternField } from '../base/search/fields';
import type { JsonObject } from '../base/search/types';
import { exchange } from './useSearch';

const COUNT = 12;

function escapeRegexp(text: string): string {
  return text.replace(/[.?+*|{}[\]()"\\#@&<>~]/g, '\\$&');
}

/** Body of a terms aggregation over the values that begin with a prefix. */
export function valuesBody(
  field: PatternField,
  name: string,
  prefix: string,
  timeRange: JsonObject | null,
): JsonObject {
  const include: JsonObject =
    prefix !== '' && field.kind === 'string' ? { include: `${escapeRegexp(prefix)}.*` } : {};
  return {
    size: 0,
    track_total_hits: false,
    timeout: '1s',
    terminate_after: 100_000,
    query: timeRange ?? { match_all: {} },
    aggs: { suggestions: { terms: { field: name, size: COUNT, shard_size: COUNT, ...include } } },
  };
}

/** The most frequent values of a field with a prefix; none for fields that cannot be aggregated. */
export async function loadValues(
  path: string,
  fields: readonly PatternField[],
  fieldName: string,
  prefix: string,
  timeRange: JsonObject | null,
  signal: AbortSignal,
): Promise<string[]> {
  const field = fields.find((known) => known.name === fieldName);
  const name = field && aggregatableName(field, fields);
  if (!field || name === undefined) return [];
  const { response } = await exchange(path, valuesBody(field, name, prefix, timeRange), signal);
  const buckets = response.aggregations?.['suggestions']?.buckets ?? [];
  return buckets.map((bucket) => bucket.key_as_string ?? String(bucket.key));
}

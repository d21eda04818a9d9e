/** The most frequent values of a field: over the whole result where the field can be aggregated. */

import { hitValue } from '../base/doc/flatten';
import { aggregatableName, type PatternField } from '../base/search/fields';
import { totalHits, type Hit, type Json } from '../base/search/types';
import { topValuesBody } from './requests';
import { exchange, type SearchPlan } from './useSearch';

export interface TopValue {
  value: Json;
  label: string;
  count: number;
}

export interface TopValuesResult {
  values: TopValue[];
  /** Documents that have the field. */
  having: number;
  /** Documents looked at. */
  total: number;
  /** False: only the loaded rows were looked at. */
  whole: boolean;
}

export type LoadTopValues = (field: PatternField, signal: AbortSignal) => Promise<TopValuesResult>;

const SHOWN = 5;

/** Counts values of loaded rows, for fields that Elasticsearch cannot aggregate (full text). */
export function countLoaded(hits: readonly Hit[], field: string): TopValuesResult {
  const counts = new Map<string, TopValue>();
  let having = 0;
  for (const hit of hits) {
    const value = hitValue(hit, field);
    if (value === undefined || value === null) continue;
    having += 1;
    for (const one of new Set(Array.isArray(value) ? value : [value])) {
      const label = typeof one === 'string' ? one : JSON.stringify(one);
      const known = counts.get(label);
      if (known) known.count += 1;
      else counts.set(label, { value: one, label, count: 1 });
    }
  }
  const values = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, SHOWN);
  return { values, having, total: hits.length, whole: false };
}

/** Asks for the most frequent values of a field under a plan. */
export async function loadTopValues(
  plan: SearchPlan,
  fields: readonly PatternField[],
  hits: readonly Hit[],
  field: PatternField,
  signal: AbortSignal,
): Promise<TopValuesResult> {
  const name = aggregatableName(field, fields);
  if (name === undefined) return countLoaded(hits, field.name);
  const { response } = await exchange(plan.path, topValuesBody(plan.query, name, SHOWN), signal);
  const buckets = response.aggregations?.['values']?.buckets ?? [];
  return {
    values: buckets.map((bucket) => ({
      value:
        field.kind === 'boolean'
          ? bucket.key_as_string === 'true'
          : field.kind === 'date'
            ? (bucket.key_as_string ?? bucket.key)
            : bucket.key,
      label: bucket.key_as_string ?? String(bucket.key),
      count: bucket.doc_count,
    })),
    having: response.aggregations?.['having']?.doc_count ?? 0,
    total: totalHits(response),
    whole: true,
  };
}

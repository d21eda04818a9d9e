/** The parts of Elasticsearch 7's search API that the page uses. */

import type { Json, JsonObject } from '../rison';

export type { Json, JsonObject } from '../rison';

/** One query clause: `{"match": {…}}`. */
export type QueryClause = JsonObject;

export interface Hit {
  _index: string;
  _id: string;
  _type?: string;
  _score?: number | null;
  _version?: number;
  _source?: JsonObject;
  _ignored?: string[];
  fields?: Record<string, Json[]>;
  highlight?: Record<string, string[]>;
  sort?: Json[];
}

export interface Bucket {
  key: Json;
  key_as_string?: string;
  doc_count: number;
  [sub: string]: unknown;
}

export interface Aggregation {
  buckets?: Bucket[];
  doc_count?: number;
  sum_other_doc_count?: number;
  value?: number | null;
  value_as_string?: string;
  [sub: string]: unknown;
}

export interface ShardFailure {
  index?: string;
  reason?: { type?: string; reason?: string; caused_by?: { reason?: string } };
}

export interface SearchResponse {
  took: number;
  timed_out: boolean;
  _shards: { total: number; successful: number; failed: number; skipped?: number; failures?: ShardFailure[] };
  hits: {
    total?: number | { value: number; relation: 'eq' | 'gte' };
    max_score?: number | null;
    hits: Hit[];
  };
  aggregations?: Record<string, Aggregation>;
}

export type SortOrder = 'asc' | 'desc';
export type SortPair = [field: string, order: SortOrder];

/** The count of a response; -1 where it was not asked for. */
export function totalHits(response: SearchResponse): number {
  const total = response.hits.total;
  return typeof total === 'number' ? total : (total?.value ?? -1);
}

/** `_g` and `_a` of Kibana's hash query: what a bookmark holds. */

import { readFilters, type Filter } from './filters/filter';
import { decodeRison, encodeRison, isJsonObject, type JsonObject } from './rison';
import type { BarQuery } from './search/query';
import type { SortOrder, SortPair } from './search/types';
import type { TimeRange } from './time/range';

export interface RefreshInterval {
  pause: boolean;
  /** Milliseconds; 0 is off. */
  value: number;
}

/** What all features share. */
export interface GlobalState {
  time?: TimeRange;
  refreshInterval?: RefreshInterval;
  filters: Filter[];
}

/** A link whose state stayed in the browser that made it (`_g=h@4029835`). */
export class StoredStateError extends Error {
  constructor(name: string) {
    super(
      `cannot open this link: its ${name} holds only a key to the session of the browser that made it; ask for a link made with “Share”`,
    );
    this.name = 'StoredStateError';
  }
}

function decodeState(name: string, text: string | undefined): JsonObject {
  if (text === undefined || text === '') return {};
  if (text.startsWith('h@')) throw new StoredStateError(name);
  const value = decodeRison(text);
  return isJsonObject(value) ? value : {};
}

function timeEnd(value: unknown): string | undefined {
  return typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? new Date(value).toISOString()
      : undefined;
}

function readTime(value: unknown): TimeRange | undefined {
  if (!isJsonObject(value)) return undefined;
  const from = timeEnd(value['from']);
  const to = timeEnd(value['to']);
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Reads `_g`; throws RisonError or StoredStateError. */
export function readGlobal(text: string | undefined): GlobalState {
  const raw = decodeState('_g', text);
  const state: GlobalState = { filters: readFilters(raw['filters'], 'globalState') };
  const time = readTime(raw['time']);
  if (time) state.time = time;
  const refresh = raw['refreshInterval'];
  if (isJsonObject(refresh)) {
    state.refreshInterval = { pause: refresh['pause'] !== false, value: Number(refresh['value']) || 0 };
  }
  return state;
}

/** Writes `_g`. */
export function writeGlobal(state: GlobalState): string {
  return encodeRison(state);
}

/** What a Discover bookmark says about the search; absent members keep their defaults. */
export interface SearchState {
  index?: string;
  columns?: string[];
  filters?: Filter[];
  interval?: string;
  query?: BarQuery;
  sort?: SortPair[];
  hideChart?: boolean;
}

export function readBarQuery(value: unknown): BarQuery | undefined {
  if (typeof value === 'string') return { language: 'lucene', query: value };
  if (!isJsonObject(value)) return undefined;
  const text = value['query'];
  const language = value['language'] === 'lucene' ? 'lucene' : 'kuery';
  if (typeof text === 'string') return { language, query: text };
  const inner =
    isJsonObject(text) && isJsonObject(text['query_string']) ? text['query_string']['query'] : undefined;
  return { language: 'lucene', query: typeof inner === 'string' ? inner : '' };
}

/** Sort as a list of pairs, or the flat form `!('@timestamp',desc)` of old bookmarks. */
export function readSort(value: unknown): SortPair[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const pairs = typeof value[0] === 'string' ? [value] : value;
  return pairs
    .filter((pair): pair is [string, unknown] => Array.isArray(pair) && typeof pair[0] === 'string')
    .map(([field, order]): SortPair => [field, (order === 'asc' ? 'asc' : 'desc') satisfies SortOrder]);
}

/** Reads Discover's `_a`; throws RisonError or StoredStateError. */
export function readSearch(text: string | undefined): SearchState {
  const raw = decodeState('_a', text);
  const state: SearchState = {};
  if (typeof raw['index'] === 'string') state.index = raw['index'];
  if (Array.isArray(raw['columns']))
    state.columns = raw['columns'].filter((name) => typeof name === 'string');
  if (Array.isArray(raw['filters'])) state.filters = readFilters(raw['filters'], 'appState');
  if (typeof raw['interval'] === 'string') state.interval = raw['interval'];
  const query = readBarQuery(raw['query']);
  if (query) state.query = query;
  const sort = readSort(raw['sort']);
  if (sort) state.sort = sort;
  if (typeof raw['hideChart'] === 'boolean') state.hideChart = raw['hideChart'];
  return state;
}

/** Writes Discover's `_a` as Kibana does. */
export function writeSearch(state: SearchState): string {
  const columns = state.columns && state.columns.length > 0 ? state.columns : ['_source'];
  return encodeRison({ ...state, columns });
}

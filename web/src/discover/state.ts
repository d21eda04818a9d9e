/** The state of Discover: one value, kept in the URL. */

import type { Filter } from '../base/filters/filter';
import { isPinned } from '../base/filters/filter';
import { hashUrl, parseSearch, type HashLocation } from '../base/location';
import type { BarQuery } from '../base/search/query';
import type { SortPair } from '../base/search/types';
import type { TimeRange } from '../base/time/range';
import {
  readGlobal,
  readSearch,
  writeGlobal,
  writeSearch,
  type RefreshInterval,
  type SearchState,
} from '../base/urlState';
import { searchPath } from './route';

export interface DiscoverState {
  time: TimeRange;
  refresh: RefreshInterval;
  /** Id of the index pattern; undefined: the default one. */
  index: string | undefined;
  /** Empty: the summary of the whole document. */
  columns: string[];
  /** Pinned ones first. */
  filters: Filter[];
  interval: string;
  query: BarQuery;
  /** Empty: by time, in the default order. */
  sort: SortPair[];
  hideChart: boolean;
  savedId: string | undefined;
}

export interface StateDefaults {
  time: TimeRange;
  refresh: RefreshInterval;
  language: BarQuery['language'];
  /** What the saved search named by the path holds. */
  saved: SearchState;
}

/** The state a location holds over the defaults; throws RisonError or StoredStateError. */
export function readState(
  location: HashLocation,
  savedId: string | undefined,
  defaults: StateDefaults,
): DiscoverState {
  const params = parseSearch(location.search);
  const shared = readGlobal(params.get('_g'));
  const own: SearchState = { ...defaults.saved, ...readSearch(params.get('_a')) };
  const columns = (own.columns ?? []).filter((name) => name !== '_source');
  return {
    time: shared.time ?? defaults.time,
    refresh: shared.refreshInterval ?? defaults.refresh,
    index: own.index,
    columns,
    filters: [...shared.filters, ...(own.filters ?? [])],
    interval: own.interval ?? 'auto',
    query: own.query ?? { language: defaults.language, query: '' },
    sort: own.sort ?? [],
    hideChart: own.hideChart ?? false,
    savedId,
  };
}

/** `_a` of a state. */
export function searchState(state: DiscoverState): SearchState {
  const { columns, interval, query, sort, hideChart } = state;
  const own: SearchState = {
    columns,
    interval,
    query,
    sort,
    filters: state.filters.filter((filter) => !isPinned(filter)),
  };
  if (state.index !== undefined) own.index = state.index;
  if (hideChart) own.hideChart = true;
  return own;
}

/** `_g` of a state, with another time range if given. */
export function globalText(state: DiscoverState, time: TimeRange = state.time): string {
  return writeGlobal({ time, refreshInterval: state.refresh, filters: state.filters.filter(isPinned) });
}

/** The hash URL of a state. */
export function stateUrl(state: DiscoverState, time: TimeRange = state.time): string {
  return hashUrl(searchPath(state.savedId), {
    _g: globalText(state, time),
    _a: writeSearch(searchState(state)),
  });
}

/** A state with a column added or, where it is there, removed together with its sort. */
export function toggleColumn(state: DiscoverState, name: string): Partial<DiscoverState> {
  if (!state.columns.includes(name)) return { columns: [...state.columns, name] };
  return {
    columns: state.columns.filter((column) => column !== name),
    sort: state.sort.filter(([field]) => field !== name),
  };
}

/** Columns with one moved by a number of places. */
export function moveColumn(columns: readonly string[], name: string, by: number): string[] {
  const from = columns.indexOf(name);
  const to = Math.min(Math.max(from + by, 0), columns.length - 1);
  if (from < 0 || to === from) return [...columns];
  const rest = columns.filter((column) => column !== name);
  return [...rest.slice(0, to), name, ...rest.slice(to)];
}

/** The sort after a click on a heading: descending, ascending, none; with `add` beside the others. */
export function cycleSort(sort: readonly SortPair[], field: string, add: boolean): SortPair[] {
  const now = sort.find(([name]) => name === field)?.[1];
  const next: SortPair[] = now === undefined ? [[field, 'desc']] : now === 'desc' ? [[field, 'asc']] : [];
  if (!add) return next;
  return now === undefined ? [...sort, ...next] : sort.flatMap((pair) => (pair[0] === field ? next : [pair]));
}

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { es } from '../base/es';
import type { IndexPattern } from '../base/indexPatterns';
import { buildQuery } from '../base/search/query';
import type { PatternField } from '../base/search/fields';
import type { Json, JsonObject, SearchResponse } from '../base/search/types';
import { chooseInterval, type ChosenInterval } from '../base/time/interval';
import { now } from '../base/time/clock';
import { rangeBounds, type Bounds } from '../base/time/range';
import { zoneName, type Zone } from '../base/time/zone';
import { chartBody, hitsBody, sortOption } from './requests';
import type { DiscoverState } from './state';

export interface SearchSettings {
  zone: Zone;
  sampleSize: number;
  order: 'asc' | 'desc';
  barTarget: number;
  maxBars: number;
}

/** The part of the state that searches depend on. */
export type WantedState = Pick<DiscoverState, 'time' | 'filters' | 'query' | 'sort' | 'interval'>;

export interface SearchPlan {
  /** Grows with each press of Refresh. */
  round: number;
  path: string;
  query: JsonObject;
  /** The same query without the time range. */
  anytime: JsonObject;
  bounds: Bounds | null;
  sort: Json[];
  chosen: ChosenInterval | null;
  breakdown: string | undefined;
}

export interface Exchange {
  request: JsonObject;
  response: SearchResponse;
  millis: number;
}

/** Sends a search and keeps what went over the wire, for Inspect. */
export async function exchange(path: string, request: JsonObject, signal?: AbortSignal): Promise<Exchange> {
  const began = performance.now();
  const response = await es<SearchResponse>('POST', path, request, {
    signal,
    params: { ignore_unavailable: true },
  });
  return { request, response, millis: performance.now() - began };
}

/** What the state means as requests; the error is a KqlError or a bad time range. */
export function planSearch(
  state: WantedState,
  pattern: IndexPattern,
  fields: readonly PatternField[],
  settings: SearchSettings,
  round: number,
  breakdown: string | undefined,
): SearchPlan | Error {
  const timeZone = zoneName(settings.zone);
  const bounds = pattern.timeField === undefined ? null : rangeBounds(state.time, now(), settings.zone);
  if (pattern.timeField !== undefined && !bounds) {
    return new Error(
      `cannot read the time range: "${state.time.from}" to "${state.time.to}" is not a date, date math, or ends before it begins`,
    );
  }
  const parts = { bar: state.query, filters: state.filters, context: { fields, timeZone } };
  const time = pattern.timeField !== undefined && bounds ? { field: pattern.timeField, bounds } : null;
  try {
    return {
      round,
      path: `${encodeURIComponent(pattern.title)}/_search`,
      query: buildQuery({ ...parts, time }),
      anytime: buildQuery({ ...parts, time: null }),
      bounds,
      sort: sortOption(state.sort, pattern.timeField, fields, settings.order),
      chosen: bounds ? chooseInterval(state.interval, bounds, settings.barTarget, settings.maxBars) : null,
      breakdown,
    };
  } catch (error) {
    return error as Error;
  }
}

/** Rows of a plan, page by page; a new plan aborts the old one's requests. */
export function useHits(plan: SearchPlan | null, sampleSize: number) {
  return useInfiniteQuery({
    queryKey: ['discover-hits', plan, sampleSize],
    queryFn: ({ pageParam, signal }) =>
      exchange(
        plan?.path ?? '',
        hitsBody(plan?.query ?? {}, plan?.sort ?? [], sampleSize, pageParam),
        signal,
      ),
    enabled: plan !== null,
    initialPageParam: undefined as Json[] | undefined,
    getNextPageParam: (last) => {
      const { hits } = last.response.hits;
      return hits.length < sampleSize ? undefined : hits.at(-1)?.sort;
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

/** The count and the bars of a plan. */
export function useChart(
  plan: SearchPlan | null,
  timeField: string | undefined,
  zone: Zone,
  hideChart: boolean,
) {
  const body = useMemo(() => {
    if (!plan) return {};
    const chart =
      timeField !== undefined && plan.bounds && plan.chosen && !hideChart
        ? {
            field: timeField,
            bounds: plan.bounds,
            interval: plan.chosen.interval,
            timeZone: zoneName(zone),
            breakdown: plan.breakdown,
          }
        : null;
    return chartBody(plan.query, chart);
  }, [plan, timeField, zone, hideChart]);
  return useQuery({
    queryKey: ['discover-chart', plan?.path, plan?.round, body],
    queryFn: async ({ signal }) => ({ ...(await exchange(plan?.path ?? '', body, signal)), plan }),
    enabled: plan !== null,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

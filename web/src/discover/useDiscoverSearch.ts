import { useCallback, useEffect, useMemo, useState } from 'react';
import { flattenHit } from '../base/doc/flatten';
import { LEVEL_FIELDS } from '../base/doc/level';
import type { IndexPattern } from '../base/indexPatterns';
import { aggregatableName, type PatternField } from '../base/search/fields';
import type { Hit } from '../base/search/types';
import { useSettings, SETTINGS } from '../base/settings';
import { hitKey } from '../widgets/docTable/types';
import type { DiscoverState } from './state';
import {
  planSearch,
  useChart,
  useHits,
  type SearchPlan,
  type SearchSettings,
  type WantedState,
} from './useSearch';

/** The settings that searches depend on. */
export function useSearchSettings(): SearchSettings {
  const { values } = useSettings();
  const zone = String(values['dateFormat:tz'] ?? SETTINGS['dateFormat:tz'].value);
  const sampleSize = Math.min(Math.max(Number(values['discover:sampleSize'] ?? 500) || 500, 1), 10_000);
  const order = values['discover:sort:defaultOrder'] === 'asc' ? 'asc' : 'desc';
  const barTarget = Number(values['histogram:barTarget'] ?? 50) || 50;
  const maxBars = Number(values['histogram:maxBars'] ?? 100) || 100;
  return useMemo(
    () => ({ zone, sampleSize, order, barTarget, maxBars }),
    [zone, sampleSize, order, barTarget, maxBars],
  );
}

function breakdownField(fields: readonly PatternField[]): string | undefined {
  for (const name of LEVEL_FIELDS) {
    const field = fields.find((known) => known.name === name && known.kind === 'string');
    const found = field && aggregatableName(field, fields);
    if (found) return found;
  }
  return undefined;
}

function uniqueHits(pages: readonly (readonly Hit[])[]): Hit[] {
  const seen = new Set<string>();
  return pages.flat().filter((hit) => {
    const key = hitKey(hit);
    return !seen.has(key) && seen.add(key);
  });
}

/** Rows, count and bars of a state; grows a round with each refresh. */
export function useDiscoverSearch(
  state: DiscoverState,
  pattern: IndexPattern | undefined,
  fields: readonly PatternField[],
  ready: boolean,
) {
  const settings = useSearchSettings();
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((before) => before + 1), []);
  const breakdown = useMemo(() => breakdownField(fields), [fields]);
  // Columns and the like do not change what is searched: only these do.
  const { time, filters, query, sort, interval } = state;
  const wantedText = JSON.stringify({ time, filters, query, sort, interval });
  const wanted = useMemo(() => JSON.parse(wantedText) as WantedState, [wantedText]);
  const planned = useMemo(
    () => (pattern && ready ? planSearch(wanted, pattern, fields, settings, round, breakdown) : null),
    [wanted, pattern, ready, fields, settings, round, breakdown],
  );
  const plan: SearchPlan | null = planned instanceof Error ? null : planned;
  const hits = useHits(plan, settings.sampleSize);
  const chart = useChart(plan, pattern?.timeField, settings.zone, state.hideChart);
  const rows = useMemo(
    () => uniqueHits(hits.data?.pages.map((page) => page.response.hits.hits) ?? []),
    [hits.data],
  );
  const present = useMemo(() => new Set(rows.flatMap((hit) => [...flattenHit(hit).keys()])), [rows]);

  const { pause, value } = state.refresh;
  useEffect(() => {
    if (pause || value <= 0) return undefined;
    const timer = setInterval(
      () => {
        if (document.visibilityState === 'visible') refresh();
      },
      Math.max(value, 1000),
    );
    return () => clearInterval(timer);
  }, [pause, value, refresh]);

  return {
    settings,
    plan,
    planError: planned instanceof Error ? planned : null,
    hits,
    chart,
    rows,
    present,
    refresh,
    loading: (hits.isFetching && !hits.isFetchingNextPage) || chart.isFetching,
  };
}

export type DiscoverSearch = ReturnType<typeof useDiscoverSearch>;

import { useQuery } from '@tanstack/react-query';
import { useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import { navigate, parseSearch, useHashLocation } from '../base/location';
import { getObject, type SavedObject, type SearchAttributes } from '../base/savedObjects';
import { useSettings, SETTINGS } from '../base/settings';
import type { SearchState } from '../base/urlState';
import { readSavedSearch } from './savedSearch';
import { readRoute } from './route';
import { readState, stateUrl, type DiscoverState, type StateDefaults } from './state';

export interface DiscoverStateHandle {
  state: DiscoverState;
  /** The saved search the path names, once loaded. */
  saved: SavedObject<SearchAttributes> | undefined;
  update: (changes: Partial<DiscoverState>, options?: { replace?: boolean }) => void;
  /** Why the link or the saved search could not be read; the defaults are shown then. */
  error: Error | null;
  isPending: boolean;
}

const EMPTY: SearchState = {};

function parseSetting<T>(text: unknown, fallback: string): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch {
    return JSON.parse(fallback) as T;
  }
}

function useDefaults(saved: SearchState): { defaults: StateDefaults; isPending: boolean } {
  const { values, isPending } = useSettings();
  const time = values['timepicker:timeDefaults'] ?? SETTINGS['timepicker:timeDefaults'].value;
  const refresh =
    values['timepicker:refreshIntervalDefaults'] ?? SETTINGS['timepicker:refreshIntervalDefaults'].value;
  const language = values['search:queryLanguage'] === 'lucene' ? 'lucene' : 'kuery';
  const defaults = useMemo(
    (): StateDefaults => ({
      time: parseSetting(time, SETTINGS['timepicker:timeDefaults'].value),
      refresh: parseSetting(refresh, SETTINGS['timepicker:refreshIntervalDefaults'].value),
      language,
      saved,
    }),
    [time, refresh, language, saved],
  );
  return { defaults, isPending };
}

/** Discover's state, read from the URL and written to it. */
export function useDiscoverState(): DiscoverStateHandle {
  const { path, search } = useHashLocation();
  const route = readRoute(path, parseSearch(search));
  const savedId = route.view === 'search' ? route.savedId : undefined;
  const savedQuery = useQuery({
    queryKey: ['saved-objects', 'search', savedId],
    queryFn: ({ signal }) => getObject<SearchAttributes>('search', savedId ?? '', signal),
    enabled: savedId !== undefined,
    staleTime: 30_000,
  });
  const saved = useMemo(
    () => (savedQuery.data ? readSavedSearch(savedQuery.data) : EMPTY),
    [savedQuery.data],
  );
  const { defaults, isPending } = useDefaults(saved);
  const read = useMemo((): { state: DiscoverState; error: Error | null } => {
    try {
      return { state: readState({ path, search }, savedId, defaults), error: null };
    } catch (error) {
      const plain = readState({ path, search: '' }, savedId, defaults);
      return { state: plain, error: error as Error };
    }
  }, [path, search, savedId, defaults]);
  const latest = useRef(read.state);
  useLayoutEffect(() => {
    latest.current = read.state;
  }, [read.state]);
  const update = useCallback((changes: Partial<DiscoverState>, options?: { replace?: boolean }) => {
    latest.current = { ...latest.current, ...changes };
    navigate(stateUrl(latest.current), options);
  }, []);
  return {
    state: read.state,
    saved: savedId === undefined ? undefined : savedQuery.data,
    update,
    error: read.error ?? savedQuery.error,
    isPending: isPending || (savedId !== undefined && savedQuery.isPending),
  };
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { createObject, findObjects, updateObject } from './savedObjects';

/** The settings that have an effect, with Kibana's names, defaults and meaning. */
export const SETTINGS = {
  defaultIndex: { value: '', text: 'The index pattern that Discover opens with.' },
  'dateFormat:tz': {
    value: 'Browser',
    text: 'The time zone of all times shown: “Browser”, or a name such as Europe/Berlin or UTC.',
  },
  'discover:sampleSize': { value: 500, text: 'How many documents Discover loads at once.' },
  'discover:sort:defaultOrder': { value: 'desc', text: 'Order of time in Discover: “desc” is newest first.' },
  'histogram:barTarget': {
    value: 50,
    text: 'About how many bars the histogram has with the interval “auto”.',
  },
  'histogram:maxBars': { value: 100, text: 'The histogram never has more bars than this.' },
  'search:queryLanguage': { value: 'kuery', text: 'The query language to begin with: “kuery” or “lucene”.' },
  'timepicker:timeDefaults': {
    value: '{"from": "now-15m", "to": "now"}',
    text: 'The time range to begin with, as JSON.',
  },
  'timepicker:refreshIntervalDefaults': {
    value: '{"pause": true, "value": 0}',
    text: 'Automatic refresh to begin with, as JSON; the value is in milliseconds.',
  },
} as const satisfies Record<string, { value: string | number; text: string }>;

export type SettingName = keyof typeof SETTINGS;
/** Values that differ from the defaults. */
export type Settings = Partial<Record<SettingName, string | number>>;

const QUERY_KEY = ['saved-objects', 'config'];

/** The saved values that differ from the defaults; Kibana's own config object of any version is read too. */
async function loadSettings(signal?: AbortSignal): Promise<{ id: string | null; values: Settings }> {
  const objects = await findObjects<Settings>(['config'], signal);
  const newest = objects.toSorted((a, b) => (b.updated_at ?? '').localeCompare(a.updated_at ?? ''))[0];
  return { id: newest?.id ?? null, values: newest?.attributes ?? {} };
}

/** All settings: the saved ones over the defaults. `isPending` while they are being loaded. */
export function useSettings(): { values: Settings; isPending: boolean } {
  const query = useQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ signal }) => loadSettings(signal),
    staleTime: 60_000,
  });
  return { values: query.data?.values ?? {}, isPending: query.isPending };
}

/** One setting: the saved value, or its default. */
export function useSetting<N extends SettingName>(name: N): string | number {
  return useSettings().values[name] ?? SETTINGS[name].value;
}

/** Saves settings; the others keep their values. */
export function useSaveSettings(): (changes: Settings) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (changes) => {
      const { id } = await loadSettings();
      if (id === null) await createObject<Settings>('config', changes, { id: '7.17.9', overwrite: true });
      else await updateObject<Settings>('config', id, changes);
      await client.invalidateQueries({ queryKey: QUERY_KEY });
    },
    [client],
  );
}

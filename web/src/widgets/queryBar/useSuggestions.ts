import { useEffect, useState } from 'react';
import type { PatternField } from '../../base/search/fields';
import type { BarQuery } from '../../base/search/query';
import { recentQueries } from './history';
import { suggest, type Suggestion, type SuggestValues } from './suggest';

interface Input {
  text: string;
  cursor: number;
  language: BarQuery['language'];
  open: boolean;
  fields: readonly PatternField[];
  values: SuggestValues;
}

const NONE: Suggestion[] = [];

function recentItems(language: BarQuery['language'], text: string): Suggestion[] {
  return recentQueries(language)
    .filter((query) => query !== text && query.startsWith(text))
    .slice(0, text === '' ? 5 : 3)
    .map((query) => ({
      kind: 'recent',
      text: query,
      label: query,
      note: 'used before',
      from: 0,
      to: text.length,
    }));
}

/** The completions of the query bar's text, newest request wins. */
export function useSuggestions({ text, cursor, language, open, fields, values }: Input): Suggestion[] {
  const [items, setItems] = useState<Suggestion[]>([]);
  useEffect(() => {
    if (!open) return undefined;
    const abort = new AbortController();
    const recent = recentItems(language, text);
    const load = async (): Promise<void> => {
      // Values that cannot be had leave the list without them: typing goes on undisturbed.
      const found =
        language === 'kuery' ? await suggest(text, cursor, fields, values, abort.signal).catch(() => []) : [];
      if (!abort.signal.aborted) setItems(text === '' ? [...recent, ...found] : [...found, ...recent]);
    };
    const timer = setTimeout(() => void load(), 60);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, cursor, language, open, fields, values]);
  return open ? items : NONE;
}

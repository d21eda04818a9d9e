import { useCallback, useEffect, useRef, useState } from 'react';
import { hitValue } from '../base/doc/flatten';
import type { PatternField } from '../base/search/fields';
import type { Hit, JsonObject } from '../base/search/types';
import { parseIso } from '../base/time/datemath';
import { now } from '../base/time/clock';
import { countWaiting, liveBody, mergeNewest } from './liveTail';
import { sortOption } from './requests';
import { exchange } from './useSearch';

const EVERY_MILLIS = 1500;
const SLOWEST_MILLIS = 15_000;

export interface LiveSource {
  path: string;
  /** Without a time range. */
  query: JsonObject;
  timeField: string;
}

export interface LiveTail {
  shown: Hit[];
  /** Documents that arrived while the reader was reading further down. */
  waiting: number;
  error: Error | null;
  lastMillis: number | null;
  /** Shows what is waiting. */
  release: () => void;
}

function newestMillis(hits: readonly Hit[], timeField: string): number | null {
  const value = hits[0] && hitValue(hits[0], timeField);
  return typeof value === 'number' ? value : typeof value === 'string' ? parseIso(value, 'UTC') : null;
}

/** Polls for the newest documents; while `isHeld` says so, what is shown stays as it is. */
export function useLiveTail(
  source: LiveSource,
  fields: readonly PatternField[],
  isHeld: () => boolean,
): LiveTail {
  const all = useRef<Hit[]>([]);
  const [shown, setShown] = useState<Hit[]>([]);
  const [waiting, setWaiting] = useState(0);
  const [error, setError] = useState<Error | null>(null);
  const [lastMillis, setLastMillis] = useState<number | null>(null);
  const sourceText = JSON.stringify(source);
  const release = useCallback(() => {
    setShown(all.current);
    setWaiting(0);
  }, []);

  useEffect(() => {
    const { path, query, timeField } = JSON.parse(sourceText) as LiveSource;
    const sort = sortOption([], timeField, fields, 'desc');
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let faults = 0;
    all.current = [];

    const take = (hits: Hit[]): void => {
      all.current = mergeNewest(all.current, hits);
      setLastMillis(now());
      setError(null);
      const held = isHeld();
      setShown((before) => {
        if (!held || before.length === 0) return all.current;
        setWaiting(countWaiting(all.current, before));
        return before;
      });
      if (!held) setWaiting(0);
    };
    const poll = async (): Promise<void> => {
      try {
        const body = liveBody(query, sort, timeField, newestMillis(all.current, timeField), now());
        take((await exchange(path, body, abort.signal)).response.hits.hits);
        faults = 0;
      } catch (failure) {
        if (abort.signal.aborted) return;
        faults += 1;
        setError(failure as Error);
      }
      timer = setTimeout(() => void poll(), Math.min(EVERY_MILLIS * 2 ** faults, SLOWEST_MILLIS));
    };
    void poll();
    return () => {
      abort.abort();
      clearTimeout(timer);
      setShown([]);
      setWaiting(0);
    };
  }, [sourceText, fields, isHeld]);
  return { shown, waiting, error, lastMillis, release };
}

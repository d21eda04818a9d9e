/** Ranges used lately, kept by the browser. */

import type { TimeRange } from '../../base/time/range';

const KEY = 'kelp.recentRanges';
const KEPT = 10;

/** The ranges used last, newest first; empty where the browser keeps nothing. */
export function recentRanges(): TimeRange[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value)
      ? (value as TimeRange[]).filter((range) => typeof range?.from === 'string')
      : [];
  } catch {
    return [];
  }
}

/** Puts a range in front of the others. */
export function rememberRange(range: TimeRange): void {
  const others = recentRanges().filter((known) => known.from !== range.from || known.to !== range.to);
  try {
    localStorage.setItem(KEY, JSON.stringify([{ from: range.from, to: range.to }, ...others].slice(0, KEPT)));
  } catch {
    // A browser that keeps nothing loses only this list.
  }
}

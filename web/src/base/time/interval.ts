/** Widths of histogram bars, by Kibana's rules (`histogram:barTarget`, `histogram:maxBars`). */

import type { Bounds } from './range';

export const BAR_TARGET = 50;
export const MAX_BARS = 100;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** [bound, interval]: the row just above the first bound that is not over the wanted width. */
const ROWS: readonly (readonly [number, string])[] = [
  [Infinity, '1y'],
  [365 * DAY, '1M'],
  [21 * DAY, '1w'],
  [7 * DAY, '1d'],
  [DAY, '12h'],
  [6 * HOUR, '3h'],
  [2 * HOUR, '1h'],
  [45 * MINUTE, '30m'],
  [20 * MINUTE, '10m'],
  [9 * MINUTE, '5m'],
  [3 * MINUTE, '1m'],
  [45 * SECOND, '30s'],
  [15 * SECOND, '10s'],
  [7.5 * SECOND, '5s'],
  [5 * SECOND, '1s'],
  [500, '100ms'],
];

const SIZES: Record<string, number> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  M: 30 * DAY,
  q: 91 * DAY,
  y: 365 * DAY,
};

/** What the selector offers: value in the URL and label. */
export const INTERVAL_CHOICES: readonly (readonly [string, string])[] = [
  ['auto', 'Auto'],
  ['ms', 'Millisecond'],
  ['s', 'Second'],
  ['m', 'Minute'],
  ['h', 'Hour'],
  ['d', 'Day'],
  ['w', 'Week'],
  ['M', 'Month'],
  ['y', 'Year'],
];

/** Milliseconds of an interval such as `30s` or `1M` (months and years by their usual length). */
export function intervalMillis(interval: string): number {
  const match = /^(\d*)(ms|[smhdwMqy])$/.exec(interval);
  if (!match) return NaN;
  return (match[1] ? Number(match[1]) : 1) * (SIZES[match[2] as string] as number);
}

/** The interval Kibana picks for a span with a target of bars: 15 minutes → 30s. */
export function autoInterval(spanMillis: number, target = BAR_TARGET): string {
  const width = spanMillis / target;
  for (let row = 0; row < ROWS.length - 1; row += 1) {
    if ((ROWS[row + 1] as readonly [number, string])[0] <= width)
      return (ROWS[row] as readonly [number, string])[1];
  }
  return `${Math.max(Math.floor(width), 1)}ms`;
}

/** The smallest round interval that makes no more bars than allowed. */
export function scaledInterval(spanMillis: number, maxBars = MAX_BARS): string {
  const width = spanMillis / maxBars;
  for (let row = ROWS.length - 1; row >= 0; row -= 1) {
    const interval = (ROWS[row] as readonly [number, string])[1];
    if (intervalMillis(interval) >= width) return interval;
  }
  return `${Math.ceil(width / (365 * DAY))}y`;
}

export interface ChosenInterval {
  interval: string;
  /** True where the wanted interval made too many bars and a wider one was taken. */
  scaled: boolean;
}

/** The interval for bounds, given the choice in the URL (`auto`, `m`, `30s`…). */
export function chooseInterval(
  choice: string,
  bounds: Bounds,
  barTarget = BAR_TARGET,
  maxBars = MAX_BARS,
): ChosenInterval {
  const span = Math.max(bounds.max - bounds.min, 1);
  const wanted = /^\d/.test(choice) ? choice : `1${choice}`;
  const isAuto = choice === 'auto' || Number.isNaN(intervalMillis(wanted));
  const interval = isAuto ? autoInterval(span, barTarget) : wanted;
  if (span / intervalMillis(interval) <= maxBars) return { interval, scaled: false };
  return { interval: scaledInterval(span, maxBars), scaled: !isAuto };
}

/** The interval as an option of `date_histogram`: single calendar units follow the calendar. */
export function intervalOption(interval: string): { calendar_interval: string } | { fixed_interval: string } {
  return /^1[mhdwMqy]$/.test(interval) ? { calendar_interval: interval } : { fixed_interval: interval };
}

/** An interval in words: `30 seconds`, `day`. */
export function describeInterval(interval: string): string {
  const match = /^(\d+)(.+)$/.exec(interval);
  const names: Record<string, string> = {
    ms: 'millisecond',
    s: 'second',
    m: 'minute',
    h: 'hour',
    d: 'day',
    w: 'week',
    M: 'month',
    y: 'year',
  };
  const name = names[match?.[2] ?? ''] ?? interval;
  return match?.[1] === '1' ? name : `${match?.[1] ?? ''} ${name}s`;
}

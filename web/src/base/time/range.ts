/** Time ranges: quick ranges, their names, and their bounds at some moment. */

import { parseDateMath } from './datemath';
import { formatDate } from './format';
import type { Zone } from './zone';

export interface TimeRange {
  from: string;
  to: string;
}

/** Milliseconds, both ends included. */
export interface Bounds {
  min: number;
  max: number;
}

export interface QuickRange extends TimeRange {
  display: string;
}

export const DEFAULT_RANGE: TimeRange = { from: 'now-15m', to: 'now' };

/** Kibana's `timepicker:quickRanges`. */
export const QUICK_RANGES: readonly QuickRange[] = [
  { from: 'now/d', to: 'now/d', display: 'Today' },
  { from: 'now/w', to: 'now/w', display: 'This week' },
  { from: 'now-15m', to: 'now', display: 'Last 15 minutes' },
  { from: 'now-30m', to: 'now', display: 'Last 30 minutes' },
  { from: 'now-1h', to: 'now', display: 'Last 1 hour' },
  { from: 'now-24h', to: 'now', display: 'Last 24 hours' },
  { from: 'now-7d', to: 'now', display: 'Last 7 days' },
  { from: 'now-30d', to: 'now', display: 'Last 30 days' },
  { from: 'now-90d', to: 'now', display: 'Last 90 days' },
  { from: 'now-1y', to: 'now', display: 'Last 1 year' },
];

export const UNIT_NAMES: readonly (readonly [string, string])[] = [
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['M', 'month'],
  ['y', 'year'],
];

const RELATIVE = /^now([+-])(\d+)([smhdwMy])(\/[smhdwMy])?$/;

export interface Relative {
  sign: '-' | '+';
  count: number;
  unit: string;
  round: boolean;
}

/** The parts of `now-15m/m`, or null for other texts. */
export function parseRelative(text: string): Relative | null {
  const match = RELATIVE.exec(text);
  if (!match) return null;
  return {
    sign: match[1] as '-' | '+',
    count: Number(match[2]),
    unit: match[3] as string,
    round: match[4] !== undefined,
  };
}

export function formatRelative(parts: Relative): string {
  return `now${parts.sign}${parts.count}${parts.unit}${parts.round ? `/${parts.unit}` : ''}`;
}

function unitName(unit: string, count: number): string {
  const name = UNIT_NAMES.find(([key]) => key === unit)?.[1] ?? unit;
  return count === 1 ? name : `${name}s`;
}

/** One end in words: `now`, `~ 2 hours ago`, or the formatted date. */
export function describeEnd(text: string, now: number, zone: Zone, roundUp: boolean): string {
  if (text === 'now') return 'now';
  const parts = parseRelative(text);
  if (parts)
    return `~ ${parts.count} ${unitName(parts.unit, parts.count)} ${parts.sign === '-' ? 'ago' : 'from now'}`;
  const millis = parseDateMath(text, { now, zone, roundUp });
  return millis === null ? text : formatDate(millis, 'MMM D, YYYY @ HH:mm:ss.SSS', zone);
}

/** The name of a range as the time picker shows it. */
export function describeRange(range: TimeRange, now: number, zone: Zone): string {
  const quick = QUICK_RANGES.find((known) => known.from === range.from && known.to === range.to);
  if (quick) return quick.display;
  const parts = parseRelative(range.from);
  if (range.to === 'now' && parts?.sign === '-')
    return `Last ${parts.count} ${unitName(parts.unit, parts.count)}`;
  return `${describeEnd(range.from, now, zone, false)} → ${describeEnd(range.to, now, zone, true)}`;
}

/** The bounds of a range; null where an end cannot be read or the ends are the wrong way round. */
export function rangeBounds(range: TimeRange, now: number, zone: Zone): Bounds | null {
  const min = parseDateMath(range.from, { now, zone });
  const max = parseDateMath(range.to, { now, zone, roundUp: true });
  return min === null || max === null || min > max ? null : { min, max };
}

/** The range of two instants as Kibana keeps it in a URL. */
export function absoluteRange(bounds: Bounds): TimeRange {
  return { from: new Date(bounds.min).toISOString(), to: new Date(bounds.max).toISOString() };
}

/** A range around the same middle, some times as wide, not past `now` unless it was. */
export function widenBounds(bounds: Bounds, factor: number, now: number): Bounds {
  const extra = ((bounds.max - bounds.min) * (factor - 1)) / 2;
  const max = Math.max(bounds.max, Math.min(bounds.max + extra, now));
  return { min: Math.floor(max - (bounds.max - bounds.min) * factor), max: Math.ceil(max) };
}

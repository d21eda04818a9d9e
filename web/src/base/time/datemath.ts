/** Date math as Kibana and Elasticsearch write it: `now-15m`, `now/d`, `2026-11-23T10:00:00Z||+1h/h`. */

import { fromWall, toWall, type Zone } from './zone';

export type DateUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'y';

export interface DateMathOptions {
  now: number;
  zone: Zone;
  /** Round to the last millisecond of the unit: what the end of a range means. */
  roundUp?: boolean;
}

const STEP = /([+-])(\d*)(ms|[smhHdwMQy])|\/(ms|[smhHdwMQy])/y;
const ISO =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const FIXED: Partial<Record<DateUnit, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function unit(text: string): DateUnit | 'Q' {
  return (text === 'H' ? 'h' : text) as DateUnit | 'Q';
}

function addWall(wall: number, count: number, by: DateUnit | 'Q'): number {
  const date = new Date(wall);
  if (by === 'd' || by === 'w') {
    date.setUTCDate(date.getUTCDate() + count * (by === 'w' ? 7 : 1));
    return date.getTime();
  }
  const months = count * (by === 'y' ? 12 : by === 'Q' ? 3 : 1);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

/** An instant moved by a count of units; days and longer keep the wall clock. */
export function addUnits(millis: number, count: number, by: DateUnit | 'Q', zone: Zone): number {
  const fixed = FIXED[by as DateUnit];
  if (fixed !== undefined) return millis + count * fixed;
  return fromWall(addWall(toWall(millis, zone), count, by), zone);
}

/** The first instant of the unit that holds an instant; weeks begin on Sunday as in Kibana's default. */
export function floorUnit(millis: number, to: DateUnit | 'Q', zone: Zone, weekStart = 0): number {
  const wall = toWall(millis, zone);
  const date = new Date(wall);
  const fixed = FIXED[to as DateUnit];
  if (fixed !== undefined) return millis - (((wall % fixed) + fixed) % fixed);
  date.setUTCHours(0, 0, 0, 0);
  if (to === 'w') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() - weekStart + 7) % 7));
  if (to === 'M' || to === 'y' || to === 'Q') date.setUTCDate(1);
  if (to === 'Q') date.setUTCMonth(date.getUTCMonth() - (date.getUTCMonth() % 3));
  if (to === 'y') date.setUTCMonth(0);
  return fromWall(date.getTime(), zone);
}

/** Milliseconds of an ISO 8601 text; without an offset it is a wall clock in the zone. */
export function parseIso(text: string, zone: Zone): number | null {
  const match = ISO.exec(text.trim());
  if (!match) return /^\d{11,}$/.test(text) ? Number(text) : null;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const wall = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    Number((fraction ?? '').padEnd(3, '0').slice(0, 3)),
  );
  if (Number(month) > 12 || new Date(wall).getUTCDate() !== Number(day ?? 1) || Number(hour ?? 0) > 23)
    return null;
  if (offset === undefined) return fromWall(wall, zone);
  if (offset === 'Z') return wall;
  const sign = offset.startsWith('-') ? -1 : 1;
  const digits = offset.replace(/\D/g, '');
  return wall - sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

function applySteps(start: number, steps: string, options: DateMathOptions): number | null {
  let millis = start;
  STEP.lastIndex = 0;
  while (STEP.lastIndex < steps.length) {
    const match = STEP.exec(steps);
    if (!match) return null;
    const [, sign, count, by, to] = match;
    if (to !== undefined) {
      const floor = floorUnit(millis, unit(to), options.zone);
      millis = options.roundUp ? addUnits(floor, 1, unit(to), options.zone) - 1 : floor;
    } else {
      const amount = count ? Number(count) : 1;
      millis = addUnits(millis, sign === '-' ? -amount : amount, unit(by as string), options.zone);
    }
  }
  return millis;
}

/** Milliseconds of a date math text, or null where it is none. */
export function parseDateMath(text: string, options: DateMathOptions): number | null {
  const trimmed = text.trim();
  if (trimmed.startsWith('now'))
    return applySteps(options.now, trimmed.slice(3).replace(/\s+/g, ''), options);
  const bars = trimmed.indexOf('||');
  const start = parseIso(bars < 0 ? trimmed : trimmed.slice(0, bars), options.zone);
  if (start === null || bars < 0) return start;
  return applySteps(start, trimmed.slice(bars + 2), options);
}

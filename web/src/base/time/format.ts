/** Dates as text, by a pattern of moment's tokens (Kibana's `dateFormat` setting). */

import { toWall, zoneOffset, type Zone } from './zone';

export const DEFAULT_DATE_FORMAT = 'MMM D, YYYY @ HH:mm:ss.SSS';

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const TOKEN = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|dddd|ddd|DD|D|HH|H|hh|h|mm|m|ss|s|S{1,9}|A|a|ZZ|Z/g;

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function offsetText(minutes: number, colon: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${colon}${pad(size % 60)}`;
}

function fraction(millis: number, width: number): string {
  return pad(millis, 3).padEnd(9, '0').slice(0, width);
}

function tokenText(token: string, date: Date, offsetMinutes: number): string {
  const month = MONTHS[date.getUTCMonth()] as string;
  const day = DAYS[date.getUTCDay()] as string;
  const hour = date.getUTCHours();
  const values: Record<string, string | number> = {
    YYYY: date.getUTCFullYear(),
    YY: pad(date.getUTCFullYear() % 100),
    MMMM: month,
    MMM: month.slice(0, 3),
    MM: pad(date.getUTCMonth() + 1),
    M: date.getUTCMonth() + 1,
    dddd: day,
    ddd: day.slice(0, 3),
    DD: pad(date.getUTCDate()),
    D: date.getUTCDate(),
    HH: pad(hour),
    H: hour,
    hh: pad(hour % 12 || 12),
    h: hour % 12 || 12,
    mm: pad(date.getUTCMinutes()),
    m: date.getUTCMinutes(),
    ss: pad(date.getUTCSeconds()),
    s: date.getUTCSeconds(),
    A: hour < 12 ? 'AM' : 'PM',
    a: hour < 12 ? 'am' : 'pm',
    Z: offsetText(offsetMinutes, ':'),
    ZZ: offsetText(offsetMinutes, ''),
  };
  return String(values[token] ?? fraction(date.getUTCMilliseconds(), token.length));
}

/** An instant by a pattern, as a clock in the zone shows it. */
export function formatDate(millis: number, pattern: string, zone: Zone): string {
  const date = new Date(toWall(millis, zone));
  const offsetMinutes = Math.round(zoneOffset(millis, zone) / 60_000);
  return pattern.replace(
    TOKEN,
    (token, literal: string | undefined) => literal ?? tokenText(token, date, offsetMinutes),
  );
}

/** A number with thin groups, as counts are shown: 1,234,567. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A length of time in its two largest units: `2h 5m`, `450ms`. */
export function formatDuration(millis: number): string {
  if (millis < 1000) return `${Math.round(millis)}ms`;
  const sizes: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ];
  const first = sizes.findIndex(([, size]) => millis >= size);
  return sizes
    .slice(first, first + 2)
    .map(
      ([name, size], index) =>
        [
          Math.floor(index === 0 ? millis / size : (millis % (sizes[first]?.[1] ?? size)) / size),
          name,
        ] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count}${name}`)
    .join(' ');
}

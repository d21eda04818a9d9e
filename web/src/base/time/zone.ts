/** Wall clocks: what a clock in some time zone shows at an instant, and back. */

/** `Browser`, `UTC` or an IANA name such as `Europe/Berlin`. */
export type Zone = string;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The IANA name of a zone setting. */
export function zoneName(zone: Zone): string {
  return zone === 'Browser' ? Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC' : zone;
}

function clockFormat(name: string): Intl.DateTimeFormat {
  let format = formats.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(name, format);
  }
  return format;
}

/** Milliseconds to add to an instant to get its wall clock (as if that were UTC). */
export function zoneOffset(millis: number, zone: Zone): number {
  const name = zoneName(zone);
  if (name === 'UTC') return 0;
  const parts: Record<string, number> = {};
  for (const part of clockFormat(name).formatToParts(millis)) parts[part.type] = Number(part.value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(millis / 1000) * 1000;
}

/** The wall clock at an instant, as milliseconds to be read with `getUTC…`. */
export function toWall(millis: number, zone: Zone): number {
  return millis + zoneOffset(millis, zone);
}

/** The instant of a wall clock; in the gap or overlap of a clock change the later offset wins. */
export function fromWall(wall: number, zone: Zone): number {
  const guess = wall - zoneOffset(wall, zone);
  return wall - zoneOffset(guess, zone);
}

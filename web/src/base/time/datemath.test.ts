import { describe, expect, it } from 'vitest';
import { parseDateMath } from './datemath';

const NOW = Date.parse('2026-11-23T16:51:16.123Z');

/** text, zone, round up, result. */
const CASES: [string, string, boolean, string | null][] = [
  ['now', 'UTC', false, '2026-11-23T16:51:16.123Z'],
  ['now-15m', 'UTC', false, '2026-11-23T16:36:16.123Z'],
  ['now-1h-30m', 'UTC', false, '2026-11-23T15:21:16.123Z'],
  ['now-d', 'UTC', false, '2026-11-22T16:51:16.123Z'],
  ['now/d', 'UTC', false, '2026-11-23T00:00:00.000Z'],
  ['now/d', 'UTC', true, '2026-11-23T23:59:59.999Z'],
  ['now/d', 'Europe/Berlin', false, '2026-11-22T23:00:00.000Z'],
  ['now/w', 'UTC', false, '2026-11-22T00:00:00.000Z'],
  ['now/w', 'UTC', true, '2026-11-28T23:59:59.999Z'],
  ['now/M', 'UTC', true, '2026-11-30T23:59:59.999Z'],
  ['now-1y/y', 'UTC', false, '2025-01-01T00:00:00.000Z'],
  ['now-9M', 'UTC', false, '2026-02-23T16:51:16.123Z'],
  ['now/h', 'Asia/Kolkata', false, '2026-11-23T16:30:00.000Z'],
  ['now+500ms', 'UTC', false, '2026-11-23T16:51:16.623Z'],
  ['2026-11-23T10:00:00.000Z', 'Europe/Berlin', false, '2026-11-23T10:00:00.000Z'],
  ['2026-11-23T10:00:00', 'Europe/Berlin', false, '2026-11-23T09:00:00.000Z'],
  ['2026-11-23 10:00', 'UTC', false, '2026-11-23T10:00:00.000Z'],
  ['2026-11-23T10:00:00.123456789Z', 'UTC', false, '2026-11-23T10:00:00.123Z'],
  ['2026-11-23T10:00:00+02:30', 'UTC', false, '2026-11-23T07:30:00.000Z'],
  ['2026-11', 'UTC', false, '2026-11-01T00:00:00.000Z'],
  ['2026-11-23||+1d/d', 'UTC', false, '2026-11-24T00:00:00.000Z'],
  ['1795452676123', 'UTC', false, '2026-11-23T16:51:16.123Z'],
  // The clocks of Berlin go back on 2026-10-25: a day earlier keeps the wall clock.
  ['2026-10-25T12:00:00||-1d', 'Europe/Berlin', false, '2026-10-24T10:00:00.000Z'],
  // 31 March less a month is the last of February.
  ['2026-03-31||-1M', 'UTC', false, '2026-02-28T00:00:00.000Z'],
  ['2026-02-30', 'UTC', false, null],
  ['nowish', 'UTC', false, null],
  ['now-15x', 'UTC', false, null],
  ['', 'UTC', false, null],
  ['yesterday', 'UTC', false, null],
];

describe('parseDateMath', () => {
  it.each(CASES)('%s in %s, up %s', (text, zone, roundUp, want) => {
    const millis = parseDateMath(text, { now: NOW, zone, roundUp });
    expect(millis === null ? null : new Date(millis).toISOString()).toBe(want);
  });
});

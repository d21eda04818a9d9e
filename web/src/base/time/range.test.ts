import { describe, expect, it } from 'vitest';
import { formatDate, formatDuration } from './format';
import { describeRange, formatRelative, parseRelative, rangeBounds, widenBounds } from './range';

const NOW = Date.parse('2026-11-23T16:51:16.123Z');

describe('describeRange', () => {
  it.each([
    ['now-15m', 'now', 'Last 15 minutes'],
    ['now/d', 'now/d', 'Today'],
    ['now-3h', 'now', 'Last 3 hours'],
    ['now-1d', 'now', 'Last 1 day'],
    ['now-2h', 'now-1h', '~ 2 hours ago → ~ 1 hour ago'],
    ['2026-11-23T10:00:00.000Z', 'now', 'Nov 23, 2026 @ 10:00:00.000 → now'],
  ])('%s to %s', (from, to, want) => {
    expect(describeRange({ from, to }, NOW, 'UTC')).toBe(want);
  });
});

describe('rangeBounds', () => {
  it('rounds the end up', () => {
    expect(rangeBounds({ from: 'now/d', to: 'now/d' }, NOW, 'UTC')).toEqual({
      min: Date.parse('2026-11-23T00:00:00.000Z'),
      max: Date.parse('2026-11-23T23:59:59.999Z'),
    });
  });
  it.each([
    ['now', 'now-1h'],
    ['gestern', 'now'],
  ])('refuses %s to %s', (from, to) => {
    expect(rangeBounds({ from, to }, NOW, 'UTC')).toBeNull();
  });
});

it('takes relative ends apart and back', () => {
  for (const text of ['now-15m', 'now+3d/d', 'now-1M']) {
    const parts = parseRelative(text);
    expect(parts && formatRelative(parts)).toBe(text);
  }
  expect(parseRelative('now/d')).toBeNull();
});

it('widens to the past when the end is now', () => {
  expect(widenBounds({ min: NOW - 1000, max: NOW }, 4, NOW)).toEqual({ min: NOW - 4000, max: NOW });
});

describe('formatDate', () => {
  it.each([
    ['MMM D, YYYY @ HH:mm:ss.SSS', 'UTC', 'Nov 23, 2026 @ 16:51:16.123'],
    ['MMM D, YYYY @ HH:mm:ss.SSS', 'Europe/Berlin', 'Nov 23, 2026 @ 17:51:16.123'],
    ['ddd DD.MM.YY h:mm A Z', 'Asia/Kolkata', 'Mon 23.11.26 10:21 PM +05:30'],
    ['[at] H[h] dddd MMMM', 'UTC', 'at 16h Monday November'],
  ])('%s in %s', (pattern, zone, want) => {
    expect(formatDate(NOW, pattern, zone)).toBe(want);
  });

  it.each([
    [450, '450ms'],
    [90_000, '1m 30s'],
    [86_400_000, '1d'],
    [7_500_000, '2h 5m'],
  ])('%i ms', (millis, want) => {
    expect(formatDuration(millis)).toBe(want);
  });
});

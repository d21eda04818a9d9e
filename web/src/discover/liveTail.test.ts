import { describe, expect, it } from 'vitest';
import type { Hit } from '../base/search/types';
import { countWaiting, LIVE_ROWS, liveBody, mergeNewest } from './liveTail';

const hit = (id: string, time: number): Hit => ({ _index: 'i', _id: id, sort: [time, 0] });

describe('mergeNewest', () => {
  it('puts late ones in their place and takes each once', () => {
    const known = [hit('c', 30), hit('a', 10)];
    const merged = mergeNewest(known, [hit('d', 40), hit('c', 30), hit('b', 20)]);
    expect(merged.map(({ _id }) => _id)).toEqual(['d', 'c', 'b', 'a']);
    expect(countWaiting(merged, known)).toBe(2);
  });
  it('is the same list when nothing is new', () => {
    const known = [hit('a', 10)];
    expect(mergeNewest(known, [hit('a', 10)])).toBe(known);
  });
  it('drops the oldest', () => {
    const many = Array.from({ length: LIVE_ROWS }, (_, at) => hit(`h${at}`, LIVE_ROWS - at));
    const merged = mergeNewest(many, [hit('new', LIVE_ROWS + 1)]);
    expect([merged.length, merged[0]?._id, merged.at(-1)?._id]).toEqual([
      LIVE_ROWS,
      'new',
      `h${LIVE_ROWS - 2}`,
    ]);
  });
});

it.each([
  [null, { lte: 1_060_000, format: 'epoch_millis' }],
  [990_000, { gte: 960_000, lte: 1_060_000, format: 'epoch_millis' }],
  // A document of the future does not hide the present.
  [9_000_000, { gte: 970_000, lte: 1_060_000, format: 'epoch_millis' }],
])('looks back from %s', (newest, range) => {
  const body = liveBody({ match_all: {} }, [], 't', newest, 1_000_000);
  expect(body['query']).toEqual({ bool: { filter: [{ match_all: {} }, { range: { t: range } }] } });
});

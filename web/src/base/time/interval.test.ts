import { describe, expect, it } from 'vitest';
import { autoInterval, chooseInterval, describeInterval, intervalOption } from './interval';

const M = 60_000;
const H = 60 * M;
const D = 24 * H;

describe('autoInterval', () => {
  it.each([
    [15 * M, '30s'],
    [30 * M, '30s'],
    [H, '1m'],
    [4 * H, '5m'],
    [24 * H, '30m'],
    [7 * D, '3h'],
    [30 * D, '12h'],
    [90 * D, '1d'],
    [365 * D, '1w'],
    [5 * 365 * D, '1M'],
    [60 * 365 * D, '1y'],
    [5 * M, '5s'],
    [M, '1s'],
    [20_000, '400ms'],
    [10, '1ms'],
  ])('%i ms → %s', (span, want) => {
    expect(autoInterval(span)).toBe(want);
  });
});

describe('chooseInterval', () => {
  it.each([
    ['auto', 15 * M, { interval: '30s', scaled: false }],
    // 125 bars of 1s are too many: Kibana's near row is widened without a warning.
    ['auto', 125_000, { interval: '5s', scaled: false }],
    ['m', H, { interval: '1m', scaled: false }],
    ['s', 24 * H, { interval: '30m', scaled: true }],
    ['ms', 60_000, { interval: '1s', scaled: true }],
    ['d', 30 * D, { interval: '1d', scaled: false }],
    ['30s', 15 * M, { interval: '30s', scaled: false }],
    ['nonsense', 15 * M, { interval: '30s', scaled: false }],
  ])('%s over %i ms', (choice, span, want) => {
    expect(chooseInterval(choice, { min: 0, max: span })).toEqual(want);
  });
});

describe('intervalOption', () => {
  it.each([
    ['30s', { fixed_interval: '30s' }],
    ['1m', { calendar_interval: '1m' }],
    ['30m', { fixed_interval: '30m' }],
    ['1d', { calendar_interval: '1d' }],
    ['1M', { calendar_interval: '1M' }],
    ['1s', { fixed_interval: '1s' }],
    ['400ms', { fixed_interval: '400ms' }],
  ])('%s', (interval, want) => {
    expect(intervalOption(interval)).toEqual(want);
  });

  it('has words', () => {
    expect([describeInterval('30s'), describeInterval('1d')]).toEqual(['30 seconds', 'day']);
  });
});

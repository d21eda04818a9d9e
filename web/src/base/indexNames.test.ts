import { expect, test } from 'vitest';
import { matchesPattern, toIndexNames } from './indexNames';

test.each([
  ['logstash-2026.11.23', 'logstash-*', true],
  ['logstash-2026.11.23', 'logstash-2026.11.23', true],
  ['logstash-2026x11', 'logstash-2026.11', false],
  ['xlogstash-1', 'logstash-*', false],
  ['a1', 'b*, a*', true],
  ['ab', 'a*,-ab', false],
  ['ab', '*b', true],
  ['.kelp', '*', false],
  ['.kelp', '.k*', true],
  ['a', '', false],
])('%s is in %s: %s', (name, pattern, expected) => {
  expect(matchesPattern(name, pattern)).toBe(expected);
});

test('indices, aliases and data streams in order of name', () => {
  const answer = {
    indices: [{ name: 'b' }, { name: 'a' }],
    aliases: [{ name: 'all' }],
    data_streams: [{ name: 'stream' }],
  };
  expect(toIndexNames(answer)).toEqual([
    { name: 'a', kind: 'index' },
    { name: 'all', kind: 'alias' },
    { name: 'b', kind: 'index' },
    { name: 'stream', kind: 'data stream' },
  ]);
});

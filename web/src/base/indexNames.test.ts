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

test('indices and aliases, each once', () => {
  const answer = { b: { aliases: { all: {} } }, a: { aliases: { all: {} } } };
  expect(toIndexNames(answer)).toEqual([
    { name: 'a', alias: false },
    { name: 'all', alias: true },
    { name: 'b', alias: false },
  ]);
});

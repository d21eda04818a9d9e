import { expect, test } from 'vitest';
import { checkName, timeFields } from './naming';

function field(name: string, ...types: string[]) {
  return { name, types, searchable: true, aggregatable: true, parent: undefined };
}

const NAMES = ['.kelp', 'logstash-1', 'logstash-2', 'other'].map((name) => ({
  name,
  kind: 'index' as const,
}));

test.each([
  ['logstash-*', null, ['logstash-1', 'logstash-2']],
  ['*', null, ['logstash-1', 'logstash-2', 'other']],
  ['log*,-*2', null, ['logstash-1']],
  ['', 'Type a name. Use * for any characters.', []],
  ['a b', 'A name cannot contain spaces', []],
  ['x/"y', 'A name cannot contain / "', []],
  ['nothing-*', 'No index matches this name yet.', []],
  ['other', null, ['other']],
])('%s', (pattern, problem, matching) => {
  const check = checkName(pattern, NAMES, false, ['other']);
  expect(check.problem).toBe(problem);
  expect(check.matching.map((index) => index.name)).toEqual(matching);
  expect(check.offered).toHaveLength(3);
  expect(check.taken).toBe(pattern === 'other');
});

test('hidden indices are offered when asked for', () => {
  expect(checkName('.k*', NAMES, true, []).matching).toHaveLength(1);
  expect(checkName('.k*', NAMES, true, []).offered).toHaveLength(4);
});

test('time fields: @timestamp first, only dates', () => {
  const fields = [
    field('@timestamp', 'date', 'date_nanos'),
    field('age', 'long'),
    field('Created', 'date'),
    field('mixed', 'date', 'text'),
  ];
  expect(timeFields(fields.toReversed())).toEqual(['@timestamp', 'Created']);
});

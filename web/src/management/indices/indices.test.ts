import { expect, test } from 'vitest';
import { toRow } from './indices';

test('a line of _cat/indices', () => {
  const line = {
    health: 'yellow',
    status: 'open',
    index: 'a',
    'docs.count': '12',
    'store.size': '2048',
    'creation.date': '5',
  };
  const row = { name: 'a', health: 'yellow', status: 'open', docs: 12, bytes: 2048, created: 5 };
  expect(toRow(line)).toEqual(row);
});

test('a closed index has no counts', () => {
  const line = { health: null, status: 'close', index: 'a', 'docs.count': null, 'store.size': null };
  const row = { name: 'a', health: 'unknown', status: 'close', docs: 0, bytes: 0, created: 0 };
  expect(toRow(line)).toEqual(row);
});

import { expect, it } from 'vitest';
import { aggregatableName, matchFieldNames, patternFields } from './fields';

const cap = (name: string, types: string[], parent?: string) => ({
  name,
  types,
  searchable: true,
  aggregatable: types[0] !== 'text',
  parent,
});

it('knows kinds, conflicts and multi-fields', () => {
  const fields = patternFields([
    cap('log', ['text']),
    cap('log.keyword', ['keyword'], 'log'),
    cap('n', ['long', 'double']),
    cap('x', ['long', 'text']),
    cap('_id', ['_id']),
  ]);
  expect(fields.map((field) => [field.name, field.kind])).toEqual([
    ['log', 'string'],
    ['log.keyword', 'string'],
    ['n', 'number'],
    ['x', 'conflict'],
  ]);
  const [log, , n, x] = fields;
  expect([log, n, x].map((field) => field && aggregatableName(field, fields))).toEqual([
    'log.keyword',
    'n',
    undefined,
  ]);
});

it('matches names', () => {
  expect(matchFieldNames('k.*', ['k.a', 'kk', 'k.b.c'])).toEqual(['k.a', 'k.b.c']);
});

import { describe, expect, it } from 'vitest';
import { filterLabel, filterParts } from './describe';
import { addFilter, buildFilter, filterClause, readFilters, type Filter, type Operator } from './filter';

/** operator, values or range, clause, negated, label. */
const CASES: [Operator, unknown[], object, object, boolean, string][] = [
  ['is', ['a b'], {}, { match_phrase: { f: 'a b' } }, false, 'f: a b'],
  ['is not', [3], {}, { match_phrase: { f: 3 } }, true, 'f: 3'],
  [
    'is one of',
    ['a', 'b'],
    {},
    {
      bool: { should: [{ match_phrase: { f: 'a' } }, { match_phrase: { f: 'b' } }], minimum_should_match: 1 },
    },
    false,
    'f: is one of a, b',
  ],
  [
    'is not one of',
    ['a'],
    {},
    { bool: { should: [{ match_phrase: { f: 'a' } }], minimum_should_match: 1 } },
    true,
    'f: is one of a',
  ],
  ['is between', [], { gte: 1, lt: 5 }, { range: { f: { gte: 1, lt: 5 } } }, false, 'f: 1 to 5'],
  ['is not between', [], { gte: 1 }, { range: { f: { gte: 1 } } }, true, 'f: 1 to +∞'],
  ['exists', [], {}, { exists: { field: 'f' } }, false, 'f: exists'],
  ['does not exist', [], {}, { exists: { field: 'f' } }, true, 'f: exists'],
];

describe('filters', () => {
  it.each(CASES)('%s', (operator, values, range, clause, negate, label) => {
    const filter = buildFilter('logs', 'f', operator, values as string[], range);
    expect(filterClause(filter)).toEqual(clause);
    expect(filter.meta).toMatchObject({ negate, disabled: false, index: 'logs', key: 'f' });
    const shown = filterLabel(filter);
    expect(shown.negate).toBe(negate);
    expect(shown.field + shown.rest).toBe(label);
    expect(filterParts(filter)).toEqual({ field: 'f', operator, values, range });
  });

  it('reads the old form of a phrase', () => {
    const old: Filter = { meta: { key: 'f' }, query: { match: { f: { query: 'x', type: 'phrase' } } } };
    expect(filterClause(old)).toEqual({ match_phrase: { f: 'x' } });
    expect(filterLabel(old).rest).toBe(': x');
  });

  it('shows DSL and labels', () => {
    const custom: Filter = { meta: {}, query: { prefix: { f: 'x' } } };
    expect(filterParts(custom)).toBeNull();
    expect(filterLabel(custom).rest).toBe('{"prefix":{"f":"x"}}');
    expect(filterLabel({ ...custom, meta: { alias: 'mine' } }).rest).toBe('mine');
  });

  it('turns the same clause round instead of adding it twice', () => {
    const first = buildFilter('logs', 'f', 'is', ['a'], {});
    const opposite = buildFilter('logs', 'f', 'is not', ['a'], {});
    expect(addFilter([first], opposite).map((filter) => filter.meta.negate)).toEqual([true]);
    expect(addFilter([first], buildFilter('logs', 'f', 'is', ['b'], {}))).toHaveLength(2);
  });

  it('leaves out what is no filter', () => {
    expect(readFilters([1, { meta: {} }, null], 'globalState')).toEqual([
      { meta: {}, $state: { store: 'globalState' } },
    ]);
    expect(readFilters('x', 'appState')).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { buildFilter } from '../filters/filter';
import { buildQuery } from './query';

const CONTEXT = { fields: [], timeZone: 'UTC' };
const TIME = { field: '@timestamp', bounds: { min: 0, max: 60_000 } };
const RANGE = {
  range: {
    '@timestamp': {
      gte: '1970-01-01T00:00:00.000Z',
      lte: '1970-01-01T00:01:00.000Z',
      format: 'strict_date_optional_time',
    },
  },
};

it('joins bar, filters and time', () => {
  const off = buildFilter('i', 'c', 'is', ['z'], {});
  off.meta.disabled = true;
  const filters = [buildFilter('i', 'a', 'is', ['x'], {}), buildFilter('i', 'b', 'is not', ['y'], {}), off];
  const bar = { language: 'kuery' as const, query: 'level:error' };
  expect(buildQuery({ bar, filters, time: TIME, context: CONTEXT })).toEqual({
    bool: {
      must: [],
      filter: [
        { bool: { should: [{ match: { level: 'error' } }], minimum_should_match: 1 } },
        { match_phrase: { a: 'x' } },
        RANGE,
      ],
      should: [],
      must_not: [{ match_phrase: { b: 'y' } }],
    },
  });
});

it('hands Lucene on', () => {
  const bar = { language: 'lucene' as const, query: 'level:error AND status:[500 TO *]' };
  expect(buildQuery({ bar, filters: [], time: null, context: CONTEXT })).toEqual({
    bool: {
      must: [{ query_string: { query: bar.query, analyze_wildcard: true, time_zone: 'UTC' } }],
      filter: [],
      should: [],
      must_not: [],
    },
  });
});

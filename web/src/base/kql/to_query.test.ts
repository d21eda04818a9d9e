import { describe, expect, it } from 'vitest';
import type { PatternField } from '../search/fields';
import { kqlToQuery } from './to_query';

function field(name: string, esType: string, kind: PatternField['kind']): PatternField {
  return { name, kind, esTypes: [esType], searchable: true, aggregatable: esType !== 'text' };
}

const CONTEXT = {
  timeZone: 'Europe/Berlin',
  fields: [
    field('level', 'keyword', 'string'),
    field('log', 'text', 'string'),
    field('status', 'long', 'number'),
    field('@timestamp', 'date', 'date'),
    field('k8s.pod', 'keyword', 'string'),
    field('k8s.ns', 'keyword', 'string'),
  ],
};

const is = (name: string, value: unknown, kind = 'match') => one({ [kind]: { [name]: value } });
const one = (clause: object) => ({ bool: { should: [clause], minimum_should_match: 1 } });
const any = (value: unknown, type = 'best_fields') => ({
  multi_match: { type, query: value, lenient: true },
});
const or = (...should: object[]) => ({ bool: { should, minimum_should_match: 1 } });
const and = (...filter: object[]) => ({ bool: { filter } });
const not = (clause: object) => ({ bool: { must_not: clause } });

const CASES: [string, object][] = [
  ['', { match_all: {} }],
  ['  ', { match_all: {} }],
  ['*', { match_all: {} }],
  ['*:*', { match_all: {} }],
  ['error', any('error')],
  ['connection refused', any('connection refused')],
  ['"connection refused"', any('connection refused', 'phrase')],
  ['err*', { query_string: { query: 'err*' } }],
  ['level:error', is('level', 'error')],
  ['level : error', is('level', 'error')],
  ['level:"some error"', is('level', 'some error', 'match_phrase')],
  ['level:some error', is('level', 'some error')],
  ['level:*', one({ exists: { field: 'level' } })],
  ['level:err*', one({ query_string: { fields: ['level'], query: 'err*' } })],
  ['log:a b*c', one({ query_string: { fields: ['log'], query: 'a\\ b*c' } })],
  ['log:GET /x*', one({ query_string: { fields: ['log'], query: 'GET\\ \\/x*' } })],
  ['k8s.*:shop', or({ match: { 'k8s.pod': 'shop' } }, { match: { 'k8s.ns': 'shop' } })],
  ['nothing.*:shop', { match_none: {} }],
  ['*:shop', any('shop')],
  ['status >= 500', one({ range: { status: { gte: '500' } } })],
  ['status<500', one({ range: { status: { lt: '500' } } })],
  [
    '@timestamp > "2026-11-23T10:00"',
    one({ range: { '@timestamp': { gt: '2026-11-23T10:00', time_zone: 'Europe/Berlin' } } }),
  ],
  [
    '@timestamp:2026-11-23',
    one({ range: { '@timestamp': { gte: '2026-11-23', lte: '2026-11-23', time_zone: 'Europe/Berlin' } } }),
  ],
  ['up:true', is('up', true)],
  ['up:null', is('up', null)],
  ['a and b', and(any('a'), any('b'))],
  ['a AND b Or c', or(and(any('a'), any('b')), any('c'))],
  ['a or b and c', or(any('a'), and(any('b'), any('c')))],
  ['(a or b) and c', and(or(any('a'), any('b')), any('c'))],
  ['not a and b', and(not(any('a')), any('b'))],
  ['not (a and b)', not(and(any('a'), any('b')))],
  ['NOT level:error', not(is('level', 'error'))],
  ['level:(a or b)', or(is('level', 'a'), is('level', 'b'))],
  ['level:(a and not b)', and(is('level', 'a'), not(is('level', 'b')))],
  [
    'level:(a or (b and "c d"))',
    or(is('level', 'a'), and(is('level', 'b'), is('level', 'c d', 'match_phrase'))),
  ],
  ['android', any('android')],
  ['nothing', any('nothing')],
  ['a\\:b', any('a:b')],
  ['\\(x\\)', any('(x)')],
  ['a \\and b', any('a and b')],
  ['log:"a\\"b\\\\c\\n"', is('log', 'a"b\\c\n', 'match_phrase')],
  ['\\u0041bc', any('Abc')],
  ['a\\*b', any('a*b')],
  ['k8s.pod\\:x:1', is('k8s.pod:x', '1')],
  [
    'items:{ name:a and price > 3 }',
    {
      nested: {
        path: 'items',
        query: and(is('items.name', 'a'), one({ range: { 'items.price': { gt: '3' } } })),
        score_mode: 'none',
      },
    },
  ],
];

const FAULTS: [string, string][] = [
  ['level:', 'cannot read the query: wanted a value, got the end at position 7'],
  ['(a or b', 'cannot read the query: missing ")" at position 8'],
  ['a)', 'cannot read the query: unexpected ")" at position 2'],
  ['level:"abc', 'cannot read the query: a quote without its end at position 7'],
  ['a or ', 'cannot read the query: wanted a field, a value, "not" or "(", got the end at position 6'],
  ['and:(', 'cannot read the query: wanted a value, got the end at position 6'],
  ['a:b:c', 'cannot read the query: unexpected ":" at position 4'],
  ['status > < 3', 'cannot read the query: wanted a value, got "<" at position 10'],
  [
    'a\\qb',
    'cannot read the query: a backslash must stand before a special character (write \\\\ for itself) at position 2',
  ],
];

describe('kqlToQuery', () => {
  it.each(CASES)('%s', (text, want) => {
    expect(kqlToQuery(text, CONTEXT)).toEqual(want);
  });
  it.each(FAULTS)('refuses %s', (text, message) => {
    expect(() => kqlToQuery(text, CONTEXT)).toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import type { PatternField } from '../base/search/fields';
import type { Hit, JsonObject, SearchResponse } from '../base/search/types';
import { readBars } from './bars';
import { streamOf } from './context';
import { groupFields } from './fieldGroups';
import { chartBody, hitsBody, sortOption } from './requests';
import { valuesBody } from './suggestValues';
import { countLoaded } from './topValues';

function field(name: string, esType = 'keyword', parent?: string): PatternField {
  const kind = esType === 'long' ? 'number' : esType.startsWith('date') ? 'date' : 'string';
  return {
    name,
    kind,
    esTypes: [esType],
    searchable: true,
    aggregatable: esType !== 'text',
    ...(parent ? { parent } : {}),
  };
}

function response(buckets: object[]): SearchResponse {
  return {
    took: 1,
    timed_out: false,
    _shards: { total: 1, successful: 1, failed: 0 },
    hits: { hits: [] },
    aggregations: { chart: { buckets } },
  } as SearchResponse;
}

describe('readBars', () => {
  it('counts', () => {
    expect(readBars(response([{ key: 10, doc_count: 3 }])).series).toMatchObject([
      { label: 'count', counts: [3] },
    ]);
  });
  it('splits by level, grave ones first, the rest last', () => {
    const level = {
      buckets: [
        { key: 'info', doc_count: 2 },
        { key: 'error', doc_count: 1 },
      ],
    };
    const bars = readBars(
      response([
        { key: 10, doc_count: 5, level },
        { key: 20, doc_count: 0, level: { buckets: [] } },
      ]),
    );
    expect(bars.times).toEqual([10, 20]);
    expect(bars.series.map(({ label, counts }) => [label, counts])).toEqual([
      ['error', [1, 0]],
      ['info', [2, 0]],
      ['other', [2, 0]],
    ]);
  });
  it('is empty without an answer', () => expect(readBars(undefined).times).toEqual([]));
});

describe('sortOption', () => {
  it.each([
    [
      'by time',
      [],
      '@timestamp',
      [
        { '@timestamp': { order: 'desc', unmapped_type: 'boolean' } },
        { _doc: { order: 'desc', unmapped_type: 'boolean' } },
      ],
    ],
    [
      'by a text',
      [['log', 'asc']],
      '@timestamp',
      [
        { 'log.raw': { order: 'asc', unmapped_type: 'boolean' } },
        { _doc: { order: 'asc', unmapped_type: 'boolean' } },
      ],
    ],
    [
      'by nanoseconds',
      [['ns', 'desc']],
      '@timestamp',
      [
        {
          ns: {
            order: 'desc',
            unmapped_type: 'boolean',
            format: 'strict_date_optional_time_nanos',
            numeric_type: 'date_nanos',
          },
        },
        { _doc: { order: 'desc', unmapped_type: 'boolean' } },
      ],
    ],
    ['by score', [], undefined, [{ _score: { order: 'desc' } }, { _doc: { order: 'asc' } }]],
  ] as [string, [string, 'asc' | 'desc'][], string | undefined, object[]][])(
    '%s',
    (_, sort, timeField, want) => {
      const fields = [field('log', 'text'), field('log.raw', 'keyword', 'log'), field('ns', 'date_nanos')];
      expect(sortOption(sort, timeField, fields, 'desc')).toEqual(want);
    },
  );
});

describe('bodies', () => {
  it('asks for one page of rows', () => {
    expect(hitsBody({ match_all: {} }, [], 500, [1, 2])).toMatchObject({
      size: 500,
      search_after: [1, 2],
      track_total_hits: false,
    });
    expect(hitsBody({ match_all: {} }, [], 500, undefined)).not.toHaveProperty('search_after');
  });
  it('asks for bars in the zone', () => {
    const body = chartBody(
      { match_all: {} },
      { field: 't', bounds: { min: 0, max: 1 }, interval: '30s', timeZone: 'UTC', breakdown: undefined },
    );
    expect(body['aggs']).toEqual({
      chart: { date_histogram: { field: 't', fixed_interval: '30s', time_zone: 'UTC', min_doc_count: 1 } },
    });
    expect(chartBody({ match_all: {} }, null)).not.toHaveProperty('aggs');
  });
  it('asks for values with a prefix', () => {
    expect(valuesBody(field('a'), 'a', 'x.y', null)['aggs']).toMatchObject({
      suggestions: { terms: { field: 'a', include: 'x\\.y.*' } },
    });
  });
});

it('counts values of loaded rows', () => {
  const hits = [{ log: ['a', 'a', 'b'] }, { log: 'a' }, {}].map((source, at): Hit => ({
    _index: 'i',
    _id: String(at),
    _source: source as JsonObject,
  }));
  expect(countLoaded(hits, 'log')).toEqual({
    values: [
      { value: 'a', label: 'a', count: 2 },
      { value: 'b', label: 'b', count: 1 },
    ],
    having: 2,
    total: 3,
    whole: false,
  });
});

it('groups fields', () => {
  const fields = [
    field('a'),
    field('b', 'text'),
    field('b.keyword', 'keyword', 'b'),
    field('c', 'long'),
    field('d'),
  ];
  const all = { search: '', kinds: [], aggregatable: false, hideMissing: true };
  const names = (filter: Parameters<typeof groupFields>[4]) =>
    groupFields(fields, ['c'], ['d'], new Set(['a', 'b', 'c', 'd']), filter).map(
      (group) => `${group.title} ${group.fields.map((one) => one.name).join(',')}`,
    );
  expect(names(all)).toEqual(['Selected c', 'Popular d', 'Available a,b']);
  expect(names({ ...all, search: 'keyw' })).toEqual(['Selected c', 'Available b.keyword']);
  expect(names({ ...all, kinds: ['number'] })).toEqual(['Selected c', 'Available ']);
});

it('knows where a line came from', () => {
  const hit: Hit = {
    _index: 'i',
    _id: '1',
    _source: { kubernetes: { namespace_name: 'n', pod_name: 'p', container_name: 'c' } },
  };
  expect(streamOf(hit, [])).toMatchObject({ label: 'container', name: 'p / c' });
  expect(streamOf({ _index: 'i', _id: '1', _source: { log: 'x' } }, [])).toBeUndefined();
});

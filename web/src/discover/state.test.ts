import { describe, expect, it } from 'vitest';
import { parseHash, parseSearch } from '../base/location';
import { readRoute } from './route';
import { readSavedSearch, writeSavedSearch } from './savedSearch';
import { cycleSort, moveColumn, readState, stateUrl, toggleColumn, type StateDefaults } from './state';

const DEFAULTS: StateDefaults = {
  time: { from: 'now-15m', to: 'now' },
  refresh: { pause: true, value: 0 },
  language: 'kuery',
  saved: {},
};

function read(hash: string, defaults = DEFAULTS) {
  const location = parseHash(hash);
  const route = readRoute(location.path, parseSearch(location.search));
  return readState(location, route.view === 'search' ? route.savedId : undefined, defaults);
}

describe('readState', () => {
  it('has defaults', () => {
    expect(read('#/discover')).toEqual({
      time: { from: 'now-15m', to: 'now' },
      refresh: { pause: true, value: 0 },
      index: undefined,
      columns: [],
      filters: [],
      interval: 'auto',
      query: { language: 'kuery', query: '' },
      sort: [],
      hideChart: false,
      savedId: undefined,
    });
  });

  it('reads a bookmark of Kibana', () => {
    const state = read(
      "#/discover?_g=(filters:!(),refreshInterval:(pause:!t,value:0),time:(from:'2018-12-31T23:00:00.000Z',to:now))&_a=(columns:!(log),filters:!(('$state':(store:appState),meta:(alias:!n,disabled:!f,index:ab,key:level,negate:!t,params:(query:error),type:phrase,value:error),query:(match:(level:(query:error,type:phrase))))),index:ab,interval:m,query:(language:lucene,query:'a%20b'),sort:!('@timestamp',asc))",
    );
    expect(state).toMatchObject({
      time: { from: '2018-12-31T23:00:00.000Z', to: 'now' },
      index: 'ab',
      columns: ['log'],
      interval: 'm',
      query: { language: 'lucene', query: 'a b' },
      sort: [['@timestamp', 'asc']],
    });
    expect(state.filters[0]?.meta).toMatchObject({ key: 'level', negate: true });
  });

  it('comes back from its own URL', () => {
    const state = {
      ...read('#/discover/view/s1'),
      columns: ['a', 'b.c'],
      query: { language: 'kuery' as const, query: `log:"it's 100% & more" and a+b` },
      hideChart: true,
      index: 'logstash-*',
    };
    expect(read(stateUrl(state))).toEqual(state);
  });

  it('lets the URL win over the saved search', () => {
    const defaults = { ...DEFAULTS, saved: { columns: ['x'], interval: 'h' } };
    expect(read('#/discover/view/s1?_a=(columns:!(y))', defaults)).toMatchObject({
      columns: ['y'],
      interval: 'h',
      savedId: 's1',
    });
  });
});

describe('readRoute', () => {
  it.each([
    ['/discover', { view: 'search', savedId: undefined }],
    ['/discover/', { view: 'search', savedId: undefined }],
    ['/discover/abc', { view: 'search', savedId: 'abc' }],
    ['/discover/view/abc', { view: 'search', savedId: 'abc' }],
    ['/context/ip/doc1', { view: 'context', pattern: 'ip', id: 'doc1' }],
    ['/context/ip/_doc/doc1', { view: 'context', pattern: 'ip', id: 'doc1' }],
    ['/discover/context/a%2Fb/doc%231', { view: 'context', pattern: 'a/b', id: 'doc#1' }],
    ['/doc/ip/index-1', { view: 'doc', pattern: 'ip', index: 'index-1', id: 'd' }],
    ['/discover/doc/ip/index-1', { view: 'doc', pattern: 'ip', index: 'index-1', id: 'd' }],
  ])('%s', (path, want) => {
    expect(readRoute(path, new Map([['id', 'd']]))).toEqual(want);
  });
});

describe('columns and sort', () => {
  const state = { ...read('#/discover'), columns: ['a', 'b', 'c'], sort: [['b', 'desc']] as ['b', 'desc'][] };
  it('drops the sort of a removed column', () => {
    expect(toggleColumn(state, 'b')).toEqual({ columns: ['a', 'c'], sort: [] });
    expect(toggleColumn(state, 'd')).toEqual({ columns: ['a', 'b', 'c', 'd'] });
  });
  it('moves', () => {
    expect(moveColumn(state.columns, 'c', -1)).toEqual(['a', 'c', 'b']);
    expect(moveColumn(state.columns, 'a', -1)).toEqual(['a', 'b', 'c']);
  });
  it('cycles', () => {
    expect(cycleSort([], 'a', false)).toEqual([['a', 'desc']]);
    expect(cycleSort([['a', 'desc']], 'a', false)).toEqual([['a', 'asc']]);
    expect(cycleSort([['a', 'asc']], 'a', false)).toEqual([]);
    expect(cycleSort([['a', 'asc']], 'b', true)).toEqual([
      ['a', 'asc'],
      ['b', 'desc'],
    ]);
    expect(
      cycleSort(
        [
          ['a', 'asc'],
          ['b', 'desc'],
        ],
        'b',
        true,
      ),
    ).toEqual([
      ['a', 'asc'],
      ['b', 'asc'],
    ]);
  });
});

it('saves and opens a search', () => {
  const state = {
    ...read('#/discover'),
    columns: ['log'],
    sort: [['log', 'asc']] as [string, 'asc'][],
    query: { language: 'kuery' as const, query: 'x' },
  };
  const { attributes, references } = writeSavedSearch(state, 'Mine', 'ip-1');
  expect(attributes).toMatchObject({ title: 'Mine', columns: ['log'], sort: [['log', 'asc']] });
  const object = { id: 's', type: 'search', attributes, references };
  expect(readSavedSearch(object)).toEqual({
    columns: ['log'],
    sort: [['log', 'asc']],
    index: 'ip-1',
    query: { language: 'kuery', query: 'x' },
    filters: [],
  });
});

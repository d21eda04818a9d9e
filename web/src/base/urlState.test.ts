import { describe, expect, it } from 'vitest';
import { readGlobal, readSearch, StoredStateError, writeGlobal, writeSearch } from './urlState';

describe('_g', () => {
  it('reads what Kibana writes', () => {
    const text = '(filters:!(),refreshInterval:(pause:!f,value:5000),time:(from:now-15m,to:now))';
    const state = readGlobal(text);
    expect(state).toEqual({
      filters: [],
      refreshInterval: { pause: false, value: 5000 },
      time: { from: 'now-15m', to: 'now' },
    });
    expect(writeGlobal(state)).toBe(text);
  });
  it.each([undefined, '', '()'])('%s is nothing', (text) =>
    expect(readGlobal(text)).toEqual({ filters: [] }),
  );
  it('refuses stored states', () => {
    expect(() => readGlobal('h@4029835')).toThrow(StoredStateError);
    expect(() => readSearch('h@4029835')).toThrow(/its _a holds only a key to the session of the browser/);
  });
});

describe('_a', () => {
  it.each([
    [
      "(columns:!(_source),filters:!(),index:ab-12,interval:auto,query:(language:kuery,query:''),sort:!(!('@timestamp',desc)))",
      {
        columns: ['_source'],
        filters: [],
        index: 'ab-12',
        interval: 'auto',
        query: { language: 'kuery', query: '' },
        sort: [['@timestamp', 'desc']],
      },
    ],
    ["(sort:!('@timestamp',asc))", { sort: [['@timestamp', 'asc']] }],
    ["(query:'level:error')", { query: { language: 'lucene', query: 'level:error' } }],
    ["(query:(query_string:(query:'*')))", { query: { language: 'lucene', query: '' } }],
    [
      "(query:(language:lucene,query:(query_string:(query:'a b'))))",
      { query: { language: 'lucene', query: 'a b' } },
    ],
    ['(hideChart:!t,columns:!(log,level))', { hideChart: true, columns: ['log', 'level'] }],
    ['(columns:log,sort:x)', {}],
  ])('%s', (text, want) => expect(readSearch(text)).toEqual(want));

  it('names the whole document where there is no column', () => {
    expect(writeSearch({ columns: [], interval: 'auto' })).toBe('(columns:!(_source),interval:auto)');
  });
});

import { describe, expect, it } from 'vitest';
import type { Hit } from '../search/types';
import { csvField, toCsv, toNdjson } from './download';
import { flattenSource, hitValue, valueText } from './flatten';
import { levelOf, levelOfText } from './level';
import { highlightedText, plainText, richPieces } from './rich';

const OPEN = '@kibana-highlighted-field@';
const CLOSE = '@/kibana-highlighted-field@';

describe('flattenSource', () => {
  it('joins keys by dots and gathers arrays of objects', () => {
    const flat = flattenSource({
      a: { b: 1, 'c.d': [1, 2] },
      list: [{ x: 1 }, { x: 2, y: null }],
      empty: {},
    });
    expect(Object.fromEntries(flat)).toEqual({
      'a.b': 1,
      'a.c.d': [1, 2],
      'list.x': [1, 2],
      'list.y': null,
      empty: {},
    });
  });

  it('finds values of columns', () => {
    const hit: Hit = {
      _index: 'i',
      _id: '1',
      _source: { k: { a: 1, b: 'x' }, log: 'l' },
      fields: { 'log.raw': ['l'] },
    };
    const value = (name: string) => valueText(hitValue(hit, name));
    expect(['k.a', 'k', 'log.raw', '_id', 'nope'].map(value)).toEqual(['1', '{"a":1,"b":"x"}', 'l', '1', '']);
  });
});

describe('richPieces', () => {
  it.each([
    ['plain', [{ text: 'plain', mark: false, bold: false }]],
    [
      '\u001b[31mred\u001b[0m x',
      [
        { text: 'red', mark: false, bold: false, color: 1 },
        { text: ' x', mark: false, bold: false },
      ],
    ],
    ['\u001b[1;92mok', [{ text: 'ok', mark: false, bold: true, color: 10 }]],
    [
      `a${OPEN}b${CLOSE}`,
      [
        { text: 'a', mark: false, bold: false },
        { text: 'b', mark: true, bold: false },
      ],
    ],
    [
      '\u001b[38;5;3my\u001b[38;2;1;2;3mz',
      [
        { text: 'y', mark: false, bold: false, color: 3 },
        { text: 'z', mark: false, bold: false, color: 3 },
      ],
    ],
    [
      '\u001b[2Kcleared\u001b]0;title\u0007!',
      [
        { text: 'cleared', mark: false, bold: false },
        { text: '!', mark: false, bold: false },
      ],
    ],
  ])('%j', (text, want) => {
    expect(richPieces(text)).toEqual(want);
  });

  it('strips', () => expect(plainText(`\u001b[31m${OPEN}x${CLOSE}\u001b[0m`)).toBe('x'));

  it('puts highlights into the whole text', () => {
    const highlight = { 'log.keyword': [`an ${OPEN}error${CLOSE} $&`] };
    expect(highlightedText(highlight, 'log', 'an error $& here')).toBe(`an ${OPEN}error${CLOSE} $& here`);
    expect(highlightedText(highlight, 'other', 'an error')).toBeUndefined();
  });
});

describe('levels', () => {
  it.each([
    ['ERROR connection refused', 'error'],
    ['level=warn msg="x"', 'warn'],
    ['{"level":"info","error":null}', 'info'],
    ['I1123 10:00:00.1 1 a.go:1] x', 'info'],
    ['[error] 31#31: x', 'error'],
    ['GET /errors 200', undefined],
    ['no information', undefined],
  ])('%s', (text, want) => expect(levelOfText(text)).toBe(want));

  it('prefers a field', () => {
    expect(levelOf(flattenSource({ level: 'WARNING', log: 'ERROR x' }))).toBe('warn');
    expect(levelOf(flattenSource({ stream: 'stderr', log: 'FATAL x' }))).toBe('fatal');
  });
});

describe('downloads', () => {
  const hits: Hit[] = [
    { _index: 'i', _id: '1', _source: { a: 'x,"y"', n: 1 } },
    { _index: 'i', _id: '2', _source: { b: 'two\nlines', n: -2 } },
  ];
  it('writes CSV of all fields or of the columns', () => {
    expect(toCsv(hits, [])).toBe('a,b,n\r\n"x,""y""",,1\r\n,"two\nlines",-2\r\n');
    expect(toCsv(hits, ['n'])).toBe('n\r\n1\r\n-2\r\n');
    expect(toCsv([], ['@timestamp'])).toBe('@timestamp\r\n');
  });
  it.each([
    ['=1+1', "'=1+1"],
    ['-2.5', '-2.5'],
    ['-x', "'-x"],
  ])('%s starts no formula', (text, want) => expect(csvField(text)).toBe(want));
  it('writes NDJSON', () => {
    expect(toNdjson(hits.slice(0, 1))).toBe('{"_index":"i","_id":"1","_source":{"a":"x,\\"y\\"","n":1}}\n');
  });
});

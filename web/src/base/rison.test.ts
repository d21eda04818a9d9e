import { describe, expect, it } from 'vitest';
import { decodeRison, encodeRison, RisonError } from './rison';

const SAME: [string, unknown][] = [
  ['!t', true],
  ['!f', false],
  ['!n', null],
  ['0', 0],
  ['-1.5', -1.5],
  ['1e30', 1e30],
  ['abc', 'abc'],
  ['a.b-c', 'a.b-c'],
  ["''", ''],
  ["'1'", '1'],
  ["'-x'", '-x'],
  ["'a b'", 'a b'],
  ["'it!'s !!'", "it's !"],
  ["'@timestamp'", '@timestamp'],
  ['!()', []],
  ["!(!('@timestamp',desc))", [['@timestamp', 'desc']]],
  ['()', {}],
  ['(from:now-15m,to:now)', { from: 'now-15m', to: 'now' }],
  [
    "('$state':(store:appState),meta:(alias:!n,negate:!f))",
    { $state: { store: 'appState' }, meta: { alias: null, negate: false } },
  ],
];

describe('rison', () => {
  it.each(SAME)('%s', (text, value) => {
    expect(encodeRison(value)).toBe(text);
    expect(decodeRison(text)).toEqual(value);
  });

  it('sorts members and leaves out undefined ones', () => {
    expect(encodeRison({ b: 1, a: undefined, c: 'x' })).toBe('(b:1,c:x)');
  });

  it.each([
    // Written by hand or by other programs: looser than what is written here.
    ['(a:@timestamp)', { a: '@timestamp' }],
    ['(from:2026-11-23T10:00:00.000Z)', null],
    ["(from:'2026-11-23T10:00:00.000Z')", { from: '2026-11-23T10:00:00.000Z' }],
    ['(columns:!(_source),index:a-b*)', { columns: ['_source'], index: 'a-b*' }],
  ])('reads %s', (text, value) => {
    if (value === null) expect(() => decodeRison(text)).toThrow(RisonError);
    else expect(decodeRison(text)).toEqual(value);
  });

  it.each([
    ['', 'cannot read rison: unexpected end at position 1 of ""'],
    ['(a:1', 'cannot read rison: unexpected end at position 5 of "(a:1"'],
    ["'abc", `cannot read rison: string without an end at position 5 of "'abc"`],
    ['!x', 'cannot read rison: unknown literal "!x" at position 2 of "!x"'],
    ['(a:1)b', 'cannot read rison: unexpected text after the value at position 6 of "(a:1)b"'],
    ['(a,b)', 'cannot read rison: wanted ":", got "," at position 3 of "(a,b)"'],
  ])('refuses %s', (text, message) => {
    expect(() => decodeRison(text)).toThrow(message);
  });
});

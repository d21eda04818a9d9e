import { expect, test } from 'vitest';
import { hashUrl, parseHash, parseSearch } from './location';

test.each([
  ['', { path: '/', search: '' }],
  ['#/discover', { path: '/discover', search: '' }],
  ['#/discover?_g=(a:b)&x=1', { path: '/discover', search: '_g=(a:b)&x=1' }],
  ['#discover?a=b?c', { path: '/discover', search: 'a=b?c' }],
])('hash %s', (hash, location) => {
  expect(parseHash(hash)).toEqual(location);
});

test.each([
  [
    '_g=(time:(from:now-15m))&_a=()',
    [
      ['_g', '(time:(from:now-15m))'],
      ['_a', '()'],
    ],
  ],
  [
    'a=1%2B1+1&b',
    [
      ['a', '1+1+1'],
      ['b', ''],
    ],
  ],
  ['a=100%', [['a', '100%']]],
  ['', []],
])('search %s', (search, pairs) => {
  expect([...parseSearch(search)]).toEqual(pairs);
});

test('rison stays readable in a URL, and comes back', () => {
  const rison = "(query:'a&b=c #1?',time:!('@x',now-15m))";
  const url = hashUrl('/discover', { _g: rison, _a: undefined });
  expect(url).toBe("#/discover?_g=(query:'a%26b%3Dc%20%231%3F',time:!('@x',now-15m))");
  expect(parseSearch(parseHash(url).search).get('_g')).toBe(rison);
});

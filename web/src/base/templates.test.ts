import { describe, expect, it } from 'vitest';
import { constantPhrases, lineWords, mineTemplates } from './templates';

describe('mineTemplates', () => {
  it('joins lines that differ in some words', () => {
    const lines = [
      'order 1 placed by user alice',
      'order 22 placed by user bob',
      'connection to db-4711 refused code=7',
      'order 3 placed by user carol',
    ];
    const templates = mineTemplates(lines);
    expect(templates.map(({ words, count }) => [words.join(' '), count])).toEqual([
      ['order <*> placed by user <*>', 3],
      ['connection to <*> refused code=<*>', 1],
    ]);
    expect(constantPhrases(templates[0] ?? { words: [], count: 0, example: 0 })).toEqual([
      'order',
      'placed by user',
    ]);
    expect(constantPhrases(templates[1] ?? { words: [], count: 0, example: 0 })).toEqual([
      'connection to',
      'refused code',
    ]);
  });
  it('has nothing to say about nothing', () => expect(mineTemplates([])).toEqual([]));
});

it.each([
  ['took 12ms at 10:00:00.1', 'took <*> at <*>'],
  ['id=3f2a-1 v1', 'id=3f2a-1 v1'],
  ['trace 7281c9e4ab3007941fb0975f63c47f8a ok', 'trace <*> ok'],
  ['GET /api/v1/products/82828 HTTP/1.1', 'GET <*> HTTP/1.1'],
  ['first line\n  at second', 'first line'],
])('masks %j', (line, want) => expect(lineWords(line).join(' ')).toBe(want));

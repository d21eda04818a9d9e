import { expect, test } from 'vitest';
import { parseRequests, requestAt, takesLines, wireBody } from './requests';

const TEXT = `# count
GET /a/_count

get b/_search?size=1
{
  "query": {"match_all": {}}
}
// bulk
POST _bulk
{"index":{}}
{"a":1}
`;

test('requests of a text', () => {
  const requests = parseRequests(TEXT);
  expect(
    requests.map(({ method, path, firstLine, lastLine }) => [method, path, firstLine, lastLine]),
  ).toEqual([
    ['GET', 'a/_count', 2, 2],
    ['GET', 'b/_search?size=1', 4, 7],
    ['POST', '_bulk', 9, 11],
  ]);
  expect(requests.map(wireBody)).toEqual([
    undefined,
    '{\n  "query": {"match_all": {}}\n}',
    '{"index":{}}\n{"a":1}\n',
  ]);
});

test.each([
  [1, 'a/_count'],
  [2, 'a/_count'],
  [3, 'a/_count'],
  [6, 'b/_search?size=1'],
  [11, '_bulk'],
])('line %d belongs to %s', (line, path) => {
  expect(requestAt(TEXT, line)?.path).toBe(path);
});

test('a string in three quotes', () => {
  const [request] = parseRequests('POST x/_doc\n{"a": """one "two"\nthree"""}');
  expect(request && wireBody(request)).toBe('{"a": "one \\"two\\"\\nthree"}');
});

test.each([
  ['_bulk', true],
  ['logs/_bulk?refresh', true],
  ['_msearch', true],
  ['_search', false],
  ['a/_bulky', false],
])('%s takes lines: %s', (path, expected) => {
  expect(takesLines(path)).toBe(expected);
});

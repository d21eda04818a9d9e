import { expect, test } from 'vitest';
import { formatBytes } from './size';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KB'],
  [104_857_600, '100 MB'],
  [2 ** 60, '1024 PB'],
  [NaN, '–'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

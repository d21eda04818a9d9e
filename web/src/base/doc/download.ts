/** Documents as files. */

import type { Hit } from '../search/types';
import { flattenHit, hitValue, valueText } from './flatten';

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One value of a CSV row, quoted where it must be; a leading `=`, `+`, `-`, `@` cannot start a formula. */
export function csvField(text: string): string {
  const safe = /^[=@]|^[+-](?!\d+(?:\.\d+)?$)/.test(text) ? `'${text}` : text;
  return quoted(safe);
}

/** CSV of hits; without chosen columns, of every field that any of them has. */
export function toCsv(hits: readonly Hit[], columns: readonly string[]): string {
  const names =
    columns.length > 0 ? columns : [...new Set(hits.flatMap((hit) => [...flattenHit(hit).keys()]))].sort();
  const rows = hits.map((hit) => names.map((name) => csvField(valueText(hitValue(hit, name)))).join(','));
  return `${[names.map(quoted).join(','), ...rows].join('\r\n')}\r\n`;
}

/** One document a line, as Elasticsearch returned it (index, id, source). */
export function toNdjson(hits: readonly Hit[]): string {
  return hits
    .map((hit) => `${JSON.stringify({ _index: hit._index, _id: hit._id, _source: hit._source })}\n`)
    .join('');
}

/** Has the browser save a text as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

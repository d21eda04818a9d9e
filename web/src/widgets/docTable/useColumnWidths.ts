import { useMemo, useState } from 'react';
import { hitValue, valueText } from '../../base/doc/flatten';
import type { Hit } from '../../base/search/types';

const LEAST = 60;
const SAMPLE = 50;
/** Width of a character of the table's font. */
const CHARACTER = 7.3;
const WIDE = /^(?:log|message|msg|.*\.(?:log|message|msg))$/;

export interface ColumnWidths {
  /** CSS width of a column; undefined: a share of what is left. */
  of: (name: string) => number | undefined;
  set: (name: string, width: number) => void;
  /** Least width of the table. */
  total: number;
}

/** Width that shows most values of a column whole, judged by the first rows. */
function fittingWidth(hits: readonly Hit[], name: string): number {
  const lengths = hits
    .slice(0, SAMPLE)
    .map((hit) => valueText(hitValue(hit, name)).length)
    .sort((a, b) => a - b);
  const usual = lengths[Math.floor(lengths.length * 0.95)] ?? 10;
  return Math.round(Math.min(Math.max(usual * CHARACTER + 20, name.length * CHARACTER + 36, 70), 330));
}

/** Widths the reader dragged; other columns share the rest, texts of logs taking most. */
export function useColumnWidths(columns: readonly string[], hits: readonly Hit[]): ColumnWidths {
  const [dragged, setDragged] = useState<Readonly<Record<string, number>>>({});
  const fitting = useMemo(
    () => Object.fromEntries(columns.map((name) => [name, fittingWidth(hits, name)])),
    [columns, hits],
  );
  const wide = columns.find((name) => WIDE.test(name)) ?? columns.at(-1);
  const of = (name: string): number | undefined =>
    dragged[name] ?? (name === wide ? undefined : fitting[name]);
  const total = 242 + columns.reduce((sum, name) => sum + (of(name) ?? 240), 0);
  return {
    of,
    set: (name, width) => setDragged((before) => ({ ...before, [name]: Math.max(LEAST, Math.round(width)) })),
    total: columns.length === 0 ? 420 : total,
  };
}

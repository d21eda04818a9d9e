import { useState } from 'react';

const LEAST = 60;
const WIDE = /^(?:log|message|msg|.*\.(?:log|message|msg))$/;

export interface ColumnWidths {
  /** CSS width of a column; undefined: a share of what is left. */
  of: (name: string) => number | undefined;
  set: (name: string, width: number) => void;
  /** Least width of the table. */
  total: number;
}

/** Widths the reader dragged; other columns share the rest, texts of logs taking most. */
export function useColumnWidths(columns: readonly string[]): ColumnWidths {
  const [dragged, setDragged] = useState<Readonly<Record<string, number>>>({});
  const hasWide = columns.some((name) => WIDE.test(name));
  const of = (name: string): number | undefined => dragged[name] ?? (hasWide && !WIDE.test(name) ? 170 : undefined);
  const total = 242 + columns.reduce((sum, name) => sum + (of(name) ?? (WIDE.test(name) ? 280 : 120)), 0);
  return {
    of,
    set: (name, width) => setDragged((before) => ({ ...before, [name]: Math.max(LEAST, Math.round(width)) })),
    total: columns.length === 0 ? 420 : total,
  };
}

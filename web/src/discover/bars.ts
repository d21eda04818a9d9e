/** The bars of a histogram from a `date_histogram` answer. */

import { levelOfWord, LEVELS, type Level } from '../base/doc/level';
import type { Bucket, SearchResponse } from '../base/search/types';
import type { Series } from '../widgets/histogram/Histogram';

const COLORS: Record<Level, string> = {
  fatal: '#9c36b5',
  error: '#e5484d',
  warn: '#f0a92e',
  info: '#3aa6b9',
  debug: '#8d99ae',
  trace: '#b7c0cd',
};
const OTHER_COLORS = ['#3aa6b9', '#8f7ad6', '#6fae5c', '#c98a4b', '#d2709a', '#7f8ea3', '#4f8fd9', '#a3a847'];

export interface Bars {
  times: number[];
  series: Series[];
}

function levelBuckets(bucket: Bucket): Bucket[] {
  const inner = bucket['level'] as { buckets?: Bucket[] } | undefined;
  return inner?.buckets ?? [];
}

/** Grave levels lie at the bottom, where their height can be compared. */
function order(label: string): number {
  const level = levelOfWord(label);
  return level ? LEVELS.indexOf(level) : LEVELS.length;
}

/** Reads `aggregations.chart`, split by `level` where it was asked for. */
export function readBars(response: SearchResponse | undefined): Bars {
  const buckets = response?.aggregations?.['chart']?.buckets ?? [];
  const times = buckets.map((bucket) => Number(bucket.key));
  const labels = [
    ...new Set(buckets.flatMap((bucket) => levelBuckets(bucket).map((level) => String(level.key)))),
  ];
  labels.sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1));
  const series: Series[] = labels.map((label, index) => {
    const level = levelOfWord(label);
    const color = level ? COLORS[level] : (OTHER_COLORS[index % OTHER_COLORS.length] as string);
    const counts = buckets.map(
      (bucket) => levelBuckets(bucket).find((part) => String(part.key) === label)?.doc_count ?? 0,
    );
    return { label, color, counts };
  });
  const rest = buckets.map(
    (bucket, bar) => bucket.doc_count - series.reduce((sum, part) => sum + (part.counts[bar] ?? 0), 0),
  );
  if (series.length === 0 || rest.some((count) => count > 0)) {
    series.push({
      label: series.length === 0 ? 'count' : 'other',
      color: series.length === 0 ? '#3aa6b9' : '#b9c2cc',
      counts: rest,
    });
  }
  return { times, series };
}

/** The bodies of Discover's searches: plain Elasticsearch 7. */

import { HIGHLIGHT_CLOSE, HIGHLIGHT_OPEN } from '../base/doc/rich';
import { aggregatableName, type PatternField } from '../base/search/fields';
import type { Json, JsonObject, SortPair } from '../base/search/types';
import { intervalOption } from '../base/time/interval';
import type { Bounds } from '../base/time/range';

/** How rows are ordered: by the chosen fields, else by time, and by `_doc` where those are equal. */
export function sortOption(
  sort: readonly SortPair[],
  timeField: string | undefined,
  fields: readonly PatternField[],
  order: 'asc' | 'desc',
): Json[] {
  const pairs: SortPair[] = sort.length > 0 ? [...sort] : timeField === undefined ? [] : [[timeField, order]];
  const options = pairs.map(([name, direction]): JsonObject => {
    const field = fields.find((known) => known.name === name);
    const option: JsonObject = { order: direction, unmapped_type: 'boolean' };
    // Nanoseconds do not fit the numbers of JavaScript: have them as text, which search_after takes back.
    if (field?.esTypes.includes('date_nanos'))
      Object.assign(option, { format: 'strict_date_optional_time_nanos', numeric_type: 'date_nanos' });
    return { [(field && aggregatableName(field, fields)) ?? name]: option };
  });
  const tie = pairs[0]?.[1] ?? order;
  return pairs.length > 0
    ? [...options, { _doc: { order: tie, unmapped_type: 'boolean' } }]
    : [{ _score: { order: 'desc' } }, { _doc: { order: 'asc' } }];
}

/** One page of rows. */
export function hitsBody(
  query: JsonObject,
  sort: Json[],
  size: number,
  after: Json[] | undefined,
): JsonObject {
  return {
    size,
    sort,
    version: true,
    track_total_hits: false,
    query,
    highlight: {
      pre_tags: [HIGHLIGHT_OPEN],
      post_tags: [HIGHLIGHT_CLOSE],
      fields: { '*': {} },
      fragment_size: 2147483647,
    },
    ...(after ? { search_after: after } : {}),
  };
}

export interface ChartRequest {
  field: string;
  bounds: Bounds;
  interval: string;
  timeZone: string;
  /** Field to colour the bars by. */
  breakdown: string | undefined;
}

/** The count of all matches, and the bars of the histogram. */
export function chartBody(query: JsonObject, chart: ChartRequest | null): JsonObject {
  const body: JsonObject = { size: 0, track_total_hits: true, query };
  if (!chart) return body;
  const histogram: JsonObject = {
    field: chart.field,
    ...intervalOption(chart.interval),
    time_zone: chart.timeZone,
    min_doc_count: 1,
  };
  const levels: JsonObject = chart.breakdown
    ? { aggs: { level: { terms: { field: chart.breakdown, size: 8 } } } }
    : {};
  return { ...body, aggs: { chart: { date_histogram: histogram, ...levels } } };
}

/** The most frequent values of a field over all matches. */
export function topValuesBody(query: JsonObject, field: string, size: number): JsonObject {
  return {
    size: 0,
    track_total_hits: true,
    query,
    aggs: { values: { terms: { field, size } }, having: { filter: { exists: { field } } } },
  };
}

/** The newest document of a pattern, whatever the time range. */
export function newestBody(query: JsonObject, timeField: string): JsonObject {
  return {
    size: 0,
    track_total_hits: true,
    query,
    aggs: { newest: { max: { field: timeField } }, oldest: { min: { field: timeField } } },
  };
}

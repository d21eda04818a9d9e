/** Following the newest documents: what to ask for, and how answers join what is known. */

import type { Hit, Json, JsonObject } from '../base/search/types';
import { hitKey } from '../widgets/docTable/types';

/** Rows kept; older ones leave at the end. */
export const LIVE_ROWS = 5000;
export const LIVE_PAGE = 500;
/** Documents may arrive this much later than their own time says: so far back each request looks again. */
const LATE_MILLIS = 30_000;

/** Clocks differ: what claims to be of the future is followed up to this much, so that it cannot hide the present. */
const AHEAD_MILLIS = 60_000;

/** The newest documents; once some are known, only those not much older than the newest of them. */
export function liveBody(
  query: JsonObject,
  sort: Json[],
  timeField: string,
  newestMillis: number | null,
  nowMillis: number,
): JsonObject {
  const since: JsonObject =
    newestMillis === null ? {} : { gte: Math.min(newestMillis, nowMillis) - LATE_MILLIS };
  const range = {
    range: { [timeField]: { ...since, lte: nowMillis + AHEAD_MILLIS, format: 'epoch_millis' } },
  };
  return {
    size: LIVE_PAGE,
    version: true,
    track_total_hits: false,
    sort,
    query: { bool: { filter: [query, range] } },
  };
}

function isNewer(a: Hit, b: Hit): number {
  const left = a.sort?.[0] ?? 0;
  const right = b.sort?.[0] ?? 0;
  return left === right ? 0 : left > right ? -1 : 1;
}

/** Known and fetched documents, newest first, each once. */
export function mergeNewest(known: readonly Hit[], fetched: readonly Hit[]): Hit[] {
  const keys = new Set(known.map(hitKey));
  const added = fetched.filter((hit) => !keys.has(hitKey(hit)));
  if (added.length === 0) return known as Hit[];
  return [...added, ...known].sort(isNewer).slice(0, LIVE_ROWS);
}

/** How many of all documents are not among the shown ones. */
export function countWaiting(all: readonly Hit[], shown: readonly Hit[]): number {
  const keys = new Set(shown.map(hitKey));
  return all.reduce((count, hit) => count + (keys.has(hitKey(hit)) ? 0 : 1), 0);
}

/** All matches of a plan, page by page. */

import type { Hit, Json } from '../base/search/types';
import { hitKey } from '../widgets/docTable/types';
import { hitsBody } from './requests';
import { exchange, type SearchPlan } from './useSearch';

export const DOWNLOAD_LIMIT = 100_000;
const PAGE = 5000;

/** Fetches up to DOWNLOAD_LIMIT matches in the order shown; tells after each page how many are there. */
export async function fetchAll(
  plan: SearchPlan,
  signal: AbortSignal,
  onProgress: (count: number) => void,
): Promise<Hit[]> {
  const hits = new Map<string, Hit>();
  let after: Json[] | undefined;
  for (;;) {
    const { highlight: _, ...body } = hitsBody(
      plan.query,
      plan.sort,
      Math.min(PAGE, DOWNLOAD_LIMIT - hits.size),
      after,
    );
    const page = (await exchange(plan.path, body, signal)).response.hits.hits;
    for (const hit of page) hits.set(hitKey(hit), hit);
    onProgress(hits.size);
    after = page.at(-1)?.sort;
    if (page.length < PAGE || !after || hits.size >= DOWNLOAD_LIMIT) return [...hits.values()];
  }
}

import { es, EsError } from '../base/es';
import { createObject, findObjects, type IndexPatternAttributes } from '../base/savedObjects';
import { totalHits, type SearchResponse } from '../base/search/types';

export const OFFERED_PATTERN = 'logstash-*';

/** Whether a search finds anything yet: an index is there a moment before its first lines are. */
export async function hasLines(signal?: AbortSignal): Promise<boolean> {
  const body = { size: 0, track_total_hits: 1, terminate_after: 1 };
  const params = { ignore_unavailable: true };
  return (
    totalHits(await es<SearchResponse>('POST', `${OFFERED_PATTERN}/_search`, body, { signal, params })) > 0
  );
}

let offering: Promise<boolean> | undefined;

/**
 * Makes the index pattern that a fresh installation needs; false when another page did so first.
 *
 * Its id is fixed, so that two pages open at once do not make two. Who leaves Discover and comes back while it is
 * being made gets the same promise.
 */
export function offerIndexPattern(): Promise<boolean> {
  offering ??= makeIndexPattern().finally(() => {
    offering = undefined;
  });
  return offering;
}

async function makeIndexPattern(): Promise<boolean> {
  const attributes: IndexPatternAttributes = { title: OFFERED_PATTERN, timeFieldName: '@timestamp' };
  try {
    await createObject('index-pattern', attributes, { id: OFFERED_PATTERN });
  } catch (error) {
    if (error instanceof EsError && error.status === 409) return false;
    throw error;
  }
  const config = await findObjects<{ defaultIndex?: string }>(['config']);
  if (config.length === 0) {
    await createObject('config', { defaultIndex: OFFERED_PATTERN }, { id: '7.17.9', overwrite: true });
  }
  return true;
}

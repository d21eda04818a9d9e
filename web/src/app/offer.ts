import { EsError } from '../base/es';
import { createObject, findObjects, type IndexPatternAttributes } from '../base/savedObjects';

export const OFFERED_PATTERN = 'logstash-*';

/**
 * Makes the index pattern that a fresh installation needs; false when another page did so first.
 *
 * Its id is fixed, so that two pages open at once do not make two.
 */
export async function offerIndexPattern(): Promise<boolean> {
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

// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';

const PATTERN = { id: 'a', type: 'index-pattern', attributes: {}, references: [] };
const CONFIG = { id: '7.17.9', type: 'config', attributes: {}, references: [] };

/** The module anew, as when the page loads, with an early answer and a server that answers nothing. */
async function load(early: unknown) {
  vi.resetModules();
  window.kelpEarly = Promise.resolve(early as null);
  const asked = vi.fn(() => Promise.resolve(new Response('{"saved_objects":[]}')));
  vi.stubGlobal('fetch', asked);
  return { asked, ...(await import('./savedObjects')) };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const EARLY = { page: 1, per_page: 10, total: 2, saved_objects: [PATTERN, CONFIG] };

test('the early answer is used once for each type', async () => {
  const { findObjects, asked } = await load(EARLY);
  expect(await findObjects(['index-pattern'])).toEqual([PATTERN]);
  expect(await findObjects(['config'])).toEqual([CONFIG]);
  expect(asked).not.toHaveBeenCalled();
  expect(await findObjects(['config'])).toEqual([]);
  expect(asked).toHaveBeenCalledTimes(1);
});

test('the early answer is out of date after a change', async () => {
  const { createObject, findObjects, asked } = await load(EARLY);
  await createObject('config', {});
  expect(await findObjects(['config'])).toEqual([]);
  expect(asked).toHaveBeenCalledTimes(2);
});

test('an early question that failed is asked again', async () => {
  const { findObjects, asked } = await load(null);
  expect(await findObjects(['index-pattern'])).toEqual([]);
  expect(asked).toHaveBeenCalledTimes(1);
});

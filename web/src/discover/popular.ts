/** Fields often made columns or filtered on, kept by the browser for each pattern. */

const KEY = 'kelp.popularFields.';

function read(pattern: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY + pattern) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** The fields used most often, the most used first. */
export function popularFields(pattern: string): string[] {
  return Object.entries(read(pattern))
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
}

/** Counts one more use. */
export function countUse(pattern: string, field: string): void {
  const counts = read(pattern);
  counts[field] = (counts[field] ?? 0) + 1;
  try {
    localStorage.setItem(KEY + pattern, JSON.stringify(counts));
  } catch {
    // A browser that keeps nothing loses only this list.
  }
}

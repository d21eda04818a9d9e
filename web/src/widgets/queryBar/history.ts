/** Queries used lately, kept by the browser. */

import type { BarQuery } from '../../base/search/query';

const KEY = 'kelp.recentQueries';
const KEPT = 30;

/** The queries used last in a language, newest first. */
export function recentQueries(language: BarQuery['language']): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`${KEY}.${language}`) ?? '[]');
    return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
  } catch {
    return [];
  }
}

/** Puts a query in front of the others; empty ones are not kept. */
export function rememberQuery({ language, query }: BarQuery): void {
  const text = query.trim();
  if (text === '') return;
  const others = recentQueries(language).filter((known) => known !== text);
  try {
    localStorage.setItem(`${KEY}.${language}`, JSON.stringify([text, ...others].slice(0, KEPT)));
  } catch {
    // A browser that keeps nothing loses only this list.
  }
}

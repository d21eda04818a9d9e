import { useSyncExternalStore } from 'react';

/** Where the page is: `#/discover/abc?_g=()` has the path `/discover/abc` and the search `_g=()`. */
export interface HashLocation {
  path: string;
  /** What follows the `?`, undecoded and without it. */
  search: string;
}

/** Splits a hash, with or without its `#`. An empty one is the path `/`. */
export function parseHash(hash: string): HashLocation {
  const text = hash.replace(/^#/, '');
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  return { path: path.startsWith('/') ? path : `/${path}`, search: mark < 0 ? '' : text.slice(mark + 1) };
}

/** The raw values of a search by name: only percent escapes are decoded, as `+` means itself in rison. */
export function parseSearch(search: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const part of search.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = mark < 0 ? part : part.slice(0, mark);
    values.set(decode(name), mark < 0 ? '' : decode(part.slice(mark + 1)));
  }
  return values;
}

/** A hash URL such as `#/discover?_g=…`; values are escaped only where a URL needs it, so rison stays readable. */
export function hashUrl(path: string, search: Record<string, string | undefined> = {}): string {
  const parts = Object.entries(search)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${escapeValue(value)}`);
  return `#${path}${parts.length > 0 ? `?${parts.join('&')}` : ''}`;
}

const LOCATION_CHANGED = 'kelp:location';

/** Goes to a hash URL; `replace` leaves no entry in the history. */
export function navigate(url: string, options: { replace?: boolean } = {}): void {
  const hash = url.startsWith('#') ? url : `#${url}`;
  if (hash === window.location.hash) return;
  // Joined to the path: a bare "#…" would be resolved against <base>, not against this page.
  const target = window.location.pathname + window.location.search + hash;
  if (options.replace) window.history.replaceState(null, '', target);
  else window.history.pushState(null, '', target);
  window.dispatchEvent(new Event(LOCATION_CHANGED));
}

/** The current location; the component renders again whenever it changes. */
export function useHashLocation(): HashLocation {
  return parseHash(useSyncExternalStore(subscribe, () => window.location.hash));
}

function subscribe(listener: () => void): () => void {
  const names = ['hashchange', 'popstate', LOCATION_CHANGED];
  for (const name of names) window.addEventListener(name, listener);
  return () => {
    for (const name of names) window.removeEventListener(name, listener);
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % was typed by hand: take it as it stands.
    return text;
  }
}

function escapeValue(value: string): string {
  return encodeURIComponent(value).replace(/%(2C|3A|40|24|2F|21|27|28|29|2A)/g, (escape) =>
    decodeURIComponent(escape),
  );
}

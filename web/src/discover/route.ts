/** What of Discover a path names, in today's form and in those of old bookmarks. */

export type DiscoverRoute =
  | { view: 'search'; savedId: string | undefined }
  | { view: 'context'; pattern: string; id: string }
  | { view: 'doc'; pattern: string; index: string; id: string };

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads `/discover`, `/discover/ID`, `/discover/view/ID`, `/context/IP[/TYPE]/DOC`, `/doc/IP/INDEX?id=`. */
export function readRoute(path: string, search: ReadonlyMap<string, string>): DiscoverRoute {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  if (parts[0] === 'discover') parts.shift();
  const [head = '', pattern = '', ...rest] = parts;
  if (head === 'context') return { view: 'context', pattern, id: rest.at(-1) ?? '' };
  if (head === 'doc')
    return { view: 'doc', pattern, index: rest[0] ?? '', id: search.get('id') ?? rest[1] ?? '' };
  return { view: 'search', savedId: (head === 'view' ? pattern : head) || undefined };
}

export function contextPath(pattern: string, id: string): string {
  return `/discover/context/${encodeURIComponent(pattern)}/${encodeURIComponent(id)}`;
}

export function docPath(pattern: string, index: string): string {
  return `/discover/doc/${encodeURIComponent(pattern)}/${encodeURIComponent(index)}`;
}

export function searchPath(savedId: string | undefined): string {
  return savedId === undefined ? '/discover' : `/discover/view/${encodeURIComponent(savedId)}`;
}

import { es } from './es';

/** An index, or something that stands for one or more. */
export interface IndexName {
  name: string;
  kind: 'index' | 'alias' | 'data stream';
}

interface ResolveAnswer {
  indices: { name: string }[];
  aliases: { name: string }[];
  data_streams: { name: string }[];
}

/** All indices, aliases and data streams, hidden ones too, in order of name. */
export async function loadIndexNames(signal?: AbortSignal): Promise<IndexName[]> {
  const answer = await es<ResolveAnswer>('GET', '_resolve/index/*', undefined, {
    signal,
    params: { expand_wildcards: 'open,hidden' },
  });
  return toIndexNames(answer);
}

/** The names in an answer of `GET _resolve/index/*`. */
export function toIndexNames(answer: ResolveAnswer): IndexName[] {
  const named = (kind: IndexName['kind'], found: { name: string }[]) =>
    found.map(({ name }): IndexName => ({ name, kind }));
  return [
    ...named('index', answer.indices),
    ...named('alias', answer.aliases),
    ...named('data stream', answer.data_streams),
  ].sort((a, b) => a.name.localeCompare(b.name));
}

/** Hidden from patterns that do not name them: names that begin with a dot. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/** Whether an index is one of those that `a*,-ab*` means; hidden ones only where the pattern begins with a dot. */
export function matchesPattern(name: string, pattern: string): boolean {
  let matches = false;
  for (const part of pattern.split(',').map((text) => text.trim())) {
    if (part === '') continue;
    const excluded = part.startsWith('-');
    const wanted = excluded ? part.slice(1) : part;
    if (isHidden(name) && !wanted.startsWith('.')) continue;
    if (wildcard(wanted).test(name)) matches = !excluded;
  }
  return matches;
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

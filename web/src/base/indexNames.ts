import { es } from './es';

/** An index or an alias that a pattern can name. */
export interface IndexName {
  name: string;
  alias: boolean;
}

/** All indices and aliases, hidden ones too, in order of name. */
export async function loadIndexNames(signal?: AbortSignal): Promise<IndexName[]> {
  const answer = await es<Record<string, { aliases: Record<string, unknown> }>>('GET', '_alias', undefined, {
    signal,
    params: { expand_wildcards: 'open,hidden' },
  });
  return toIndexNames(answer);
}

/** The names in an answer of `GET _alias`. */
export function toIndexNames(answer: Record<string, { aliases: Record<string, unknown> }>): IndexName[] {
  const aliases = new Set(Object.values(answer).flatMap((index) => Object.keys(index.aliases)));
  return [
    ...Object.keys(answer).map((name) => ({ name, alias: false })),
    ...[...aliases].map((name) => ({ name, alias: true })),
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

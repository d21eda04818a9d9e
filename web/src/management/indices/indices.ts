import { es } from '../../base/es';

/** One line of `_cat/indices`. */
export interface IndexRow {
  name: string;
  health: string;
  status: string;
  docs: number;
  /** On disk, replicas included. */
  bytes: number;
  /** Milliseconds since the epoch; 0 when unknown. */
  created: number;
}

const COLUMNS = 'health,status,index,docs.count,store.size,creation.date';

/** All indices, hidden ones too. */
export async function loadIndices(signal?: AbortSignal): Promise<IndexRow[]> {
  const answer = await es<Record<string, string | null>[]>('GET', '_cat/indices', undefined, {
    signal,
    params: { format: 'json', bytes: 'b', h: COLUMNS, expand_wildcards: 'all' },
  });
  return answer.map(toRow);
}

/** A row; closed indices have no counts. */
export function toRow(line: Record<string, string | null>): IndexRow {
  return {
    name: line['index'] ?? '',
    health: line['health'] ?? 'unknown',
    status: line['status'] ?? '',
    docs: Number(line['docs.count'] ?? 0),
    bytes: Number(line['store.size'] ?? 0),
    created: Number(line['creation.date'] ?? 0),
  };
}

/** Deletes indices, by name only. */
export async function deleteIndices(names: string[]): Promise<void> {
  for (const name of names) await es('DELETE', encodeURIComponent(name));
}

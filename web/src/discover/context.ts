/** The documents around one: requests and what restricts them. */

import { hitValue } from '../base/doc/flatten';
import { phraseFilter, type Filter } from '../base/filters/filter';
import { aggregatableName, type PatternField } from '../base/search/fields';
import type { Hit, Json, JsonObject } from '../base/search/types';
import { exchange } from './useSearch';
import { sortOption } from './requests';

/** Fields that together name where a line came from, the most exact first. */
const STREAMS: readonly { label: string; fields: readonly string[] }[] = [
  {
    label: 'container',
    fields: ['kubernetes.namespace_name', 'kubernetes.pod_name', 'kubernetes.container_name'],
  },
  { label: 'pod', fields: ['kubernetes.namespace_name', 'kubernetes.pod_name'] },
  { label: 'container', fields: ['docker.container_id'] },
  { label: 'container', fields: ['container_id'] },
  { label: 'unit', fields: ['_SYSTEMD_UNIT', '_HOSTNAME'] },
  { label: 'file', fields: ['host.name', 'log.file.path'] },
  { label: 'host', fields: ['hostname'] },
  { label: 'host', fields: ['host'] },
];

export interface Stream {
  label: string;
  name: string;
  filters: Filter[];
}

/** What wrote a document, and filters for the rest it wrote; undefined where no field tells. */
export function streamOf(hit: Hit, fields: readonly PatternField[]): Stream | undefined {
  const stream = STREAMS.find((known) =>
    known.fields.every((name) => typeof hitValue(hit, name) === 'string'),
  );
  if (!stream) return undefined;
  const filters = stream.fields.map((name) => {
    const field = fields.find((known) => known.name === name);
    return phraseFilter('', (field && aggregatableName(field, fields)) ?? name, hitValue(hit, name) ?? null);
  });
  const last = stream.fields
    .filter((name) => !name.endsWith('namespace_name'))
    .map((name) => String(hitValue(hit, name)));
  return { label: stream.label, name: last.join(' / '), filters };
}

export interface Around {
  path: string;
  query: JsonObject;
  timeField: string;
  fields: readonly PatternField[];
}

/** The document itself with the sort values that mark its place. */
export async function loadAnchor(
  around: Around,
  index: string | undefined,
  id: string,
  signal: AbortSignal,
): Promise<Hit> {
  const must: JsonObject[] = [{ ids: { values: [id] } }];
  if (index !== undefined) must.push({ term: { _index: index } });
  const body = {
    size: 1,
    version: true,
    sort: sortOption([], around.timeField, around.fields, 'desc'),
    query: { bool: { filter: must } },
  };
  const hit = (await exchange(around.path, body, signal)).response.hits.hits[0];
  if (!hit) throw new Error(`cannot find document "${id}": it was deleted, or its index was`);
  return hit;
}

/** The documents next to the anchor, newest first; `order` asc: newer ones, desc: older ones. */
export async function loadSide(
  around: Around,
  anchor: Hit,
  order: 'asc' | 'desc',
  size: number,
  signal: AbortSignal,
): Promise<Hit[]> {
  const body = {
    size,
    version: true,
    track_total_hits: false,
    sort: sortOption([], around.timeField, around.fields, order),
    search_after: anchor.sort as Json[],
    query: around.query,
  };
  const { hits } = (await exchange(around.path, body, signal)).response.hits;
  return order === 'asc' ? hits.toReversed() : hits;
}

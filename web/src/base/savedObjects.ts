import { request } from './es';

/** Kibana's types of saved objects that Kelp reads and writes. */
export type SavedObjectType = 'index-pattern' | 'search' | 'config' | 'query' | 'url';

export interface Reference {
  id: string;
  name: string;
  type: string;
}

export interface SavedObject<Attributes> {
  id: string;
  type: string;
  attributes: Attributes;
  references: Reference[];
  updated_at?: string;
  version?: string;
}

/** Kibana's attributes of an index pattern; without `timeFieldName` the time filter is not used. */
export interface IndexPatternAttributes {
  title: string;
  timeFieldName?: string;
  /** JSON: formatters by field name. */
  fieldFormatMap?: string;
}

/** Kibana's attributes of a saved search. */
export interface SearchAttributes {
  title: string;
  description?: string;
  columns: string[];
  sort: [string, 'asc' | 'desc'][];
  hideChart?: boolean;
  version?: number;
  /** JSON in `searchSourceJSON`: query, filter, `indexRefName`. */
  kibanaSavedObjectMeta: { searchSourceJSON: string };
}

/** Kibana's attributes of a saved query. */
export interface QueryAttributes {
  title: string;
  description?: string;
  query: { query: string; language: string };
  filters?: unknown[];
  timefilter?: { from: string; to: string };
}

interface FindAnswer<Attributes> {
  page: number;
  per_page: number;
  total: number;
  saved_objects: SavedObject<Attributes>[];
}

const ROOT = 'api/saved_objects';

declare global {
  interface Window {
    /** What early.js asked for before this code was loaded; null when that failed. */
    kelpEarly?: Promise<FindAnswer<unknown> | null>;
  }
}

/** Types whose early answer has not been used; later on, or after a change, it would be out of date. */
const early = new Set<string>(['index-pattern', 'config']);
const EARLY_MS = 10_000;

async function takeEarly(types: SavedObjectType[]): Promise<SavedObject<unknown>[] | null> {
  const [type = ''] = types;
  if (types.length !== 1 || !early.delete(type) || performance.now() > EARLY_MS) return null;
  const answer = await window.kelpEarly;
  return answer?.saved_objects.filter((object) => object.type === type) ?? null;
}

/** All saved objects of the types, in order of title; at most 10,000. */
export async function findObjects<A>(
  types: SavedObjectType[],
  signal?: AbortSignal,
): Promise<SavedObject<A>[]> {
  const taken = await takeEarly(types);
  if (taken !== null) return taken as SavedObject<A>[];
  const query = types.map((type) => `type=${type}`).join('&');
  const answer = await request<FindAnswer<A>>('GET', `${ROOT}/_find?${query}&per_page=10000`, undefined, {
    signal,
  });
  return answer.saved_objects;
}

/** One saved object; an EsError with status 404 when there is none. */
export function getObject<A>(
  type: SavedObjectType,
  id: string,
  signal?: AbortSignal,
): Promise<SavedObject<A>> {
  return request('GET', url(type, id), undefined, { signal });
}

export interface CreateOptions {
  /** Left out: the server makes one. */
  id?: string;
  /** Replace an object of the same id instead of failing with status 409. */
  overwrite?: boolean;
  references?: Reference[];
}

/** Makes a saved object. */
export function createObject<A>(
  type: SavedObjectType,
  attributes: A,
  options: CreateOptions = {},
): Promise<SavedObject<A>> {
  early.clear();
  const params = { overwrite: options.overwrite ? true : undefined };
  return request(
    'POST',
    url(type, options.id),
    { attributes, references: options.references ?? [] },
    { params },
  );
}

/** Changes the attributes that are given and keeps the others. */
export function updateObject<A>(
  type: SavedObjectType,
  id: string,
  attributes: Partial<A>,
  references?: Reference[],
): Promise<SavedObject<A>> {
  early.clear();
  return request('PUT', url(type, id), references ? { attributes, references } : { attributes });
}

/** Deletes a saved object. */
export function deleteObject(type: string, id: string): Promise<unknown> {
  early.clear();
  return request('DELETE', `${ROOT}/${encodeURIComponent(type)}/${encodeURIComponent(id)}`);
}

function url(type: SavedObjectType, id?: string): string {
  return id === undefined ? `${ROOT}/${type}` : `${ROOT}/${type}/${encodeURIComponent(id)}`;
}

/** NDJSON of the objects and of what they refer to, as Kibana exports it. */
export async function exportObjects(objects: { type: string; id: string }[]): Promise<string> {
  const response = await fetch(`${ROOT}/_export`, {
    method: 'POST',
    headers: { 'kbn-xsrf': 'kelp', 'content-type': 'application/json' },
    body: JSON.stringify({
      objects: objects.map(({ type, id }) => ({ type, id })),
      includeReferencesDeep: true,
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** What an import did. */
export interface ImportReport {
  success: boolean;
  successCount: number;
  errors?: { type: string; id: string; title?: string; error: { type: string; message?: string } }[];
}

/** Imports an NDJSON file of Kibana or Kelp. */
export function importObjects(file: File, overwrite: boolean): Promise<ImportReport> {
  early.clear();
  const form = new FormData();
  form.append('file', file);
  return request('POST', `${ROOT}/_import`, form, { params: { overwrite: overwrite ? true : undefined } });
}

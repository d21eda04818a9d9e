/** A failed request to Elasticsearch, or to Kelp's own server. */
export class EsError extends Error {
  /** The HTTP status; 0 when no answer came at all. */
  readonly status: number;
  /** Elasticsearch's error type, such as `index_not_found_exception`; empty when the answer has none. */
  readonly type: string;
  /** The whole answer, as far as it is JSON. */
  readonly body: unknown;

  constructor(status: number, type: string, message: string, body: unknown) {
    super(message);
    this.name = 'EsError';
    this.status = status;
    this.type = type;
    this.body = body;
  }
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Query parameters; undefined ones are left out. */
  params?: Record<string, string | number | boolean | undefined>;
}

/** Asks Elasticsearch through Kelp's server: `es('POST', 'logs/_search', {size: 1})`. A string body goes as NDJSON. */
export function es<T>(
  method: string,
  path: string,
  body?: unknown,
  options: RequestOptions = {},
): Promise<T> {
  return request<T>(method, `api/es/${path.replace(/^\//, '')}`, body, options);
}

/** Asks Kelp's own server; the URL is relative to the page's root. */
export async function request<T>(
  method: string,
  url: string,
  body?: unknown,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(method, url, body, options);
  const text = await response.text();
  const value = parse(text);
  if (!response.ok) throw failure(response.status, value, text);
  return value as T;
}

async function send(method: string, url: string, body: unknown, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { 'kbn-xsrf': 'kelp' };
  const init: RequestInit = { method, headers, signal: options.signal ?? null, credentials: 'same-origin' };
  if (body instanceof FormData) init.body = body;
  else if (typeof body === 'string') {
    headers['content-type'] = 'application/x-ndjson';
    init.body = body;
  } else if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(url + queryString(options.params), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new EsError(0, 'no_answer', "cannot reach Kelp's server: is it still running?", null);
  }
}

function queryString(params: RequestOptions['params']): string {
  const pairs = Object.entries(params ?? {}).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface ErrorBody {
  error?:
    | string
    | { type?: string; reason?: string; root_cause?: { reason?: string }[]; failed_shards?: ShardFailure[] };
  message?: string;
}

interface ShardFailure {
  reason?: { reason?: string };
}

function failure(status: number, value: unknown, text: string): EsError {
  const body = (typeof value === 'object' && value !== null ? value : {}) as ErrorBody;
  if (typeof body.error === 'object') {
    const { type, reason, root_cause: causes, failed_shards: shards } = body.error;
    const cause = shards?.[0]?.reason?.reason ?? causes?.[0]?.reason;
    const message = cause && cause !== reason ? `${reason}: ${cause}` : reason;
    return new EsError(status, type ?? '', message ?? `status ${status}`, value);
  }
  const message = body.message ?? (typeof body.error === 'string' ? body.error : text.slice(0, 300));
  return new EsError(status, '', message || `status ${status}`, value);
}

/** What `_field_caps` tells of one field, over all indices of a pattern. */
export interface FieldCaps {
  name: string;
  /** Elasticsearch's type names; several when the indices disagree. */
  types: string[];
  searchable: boolean;
  aggregatable: boolean;
  /** Multi-fields (`log.keyword`) name the field they belong to. */
  parent: string | undefined;
}

interface FieldCapsAnswer {
  fields: Record<
    string,
    Record<string, { searchable: boolean; aggregatable: boolean; metadata_field?: boolean }>
  >;
}

/** The fields of a pattern, as they are now, without metadata fields, in order of name. */
export async function fieldCaps(pattern: string, signal?: AbortSignal): Promise<FieldCaps[]> {
  const answer = await es<FieldCapsAnswer>('GET', `${encodeURIComponent(pattern)}/_field_caps`, undefined, {
    signal,
    params: { fields: '*', ignore_unavailable: true, allow_no_indices: true },
  });
  return toFields(answer);
}

/** Turns a `_field_caps` answer into fields; objects and metadata fields are left out. */
export function toFields(answer: FieldCapsAnswer): FieldCaps[] {
  const fields: FieldCaps[] = [];
  for (const [name, byType] of Object.entries(answer.fields)) {
    const types = Object.keys(byType).filter((type) => type !== 'unmapped');
    const caps = types.map((type) => byType[type]);
    if (types.every((type) => type === 'object' || type === 'nested')) continue;
    if (name.startsWith('_')) continue;
    const dot = name.lastIndexOf('.');
    const parent = dot > 0 ? name.slice(0, dot) : '';
    fields.push({
      name,
      types,
      searchable: caps.every((cap) => cap?.searchable),
      aggregatable: caps.every((cap) => cap?.aggregatable),
      parent: isLeaf(answer, parent) ? parent : undefined,
    });
  }
  return fields.toSorted((a, b) => a.name.localeCompare(b.name));
}

function isLeaf(answer: FieldCapsAnswer, name: string): boolean {
  const types = Object.keys(answer.fields[name] ?? {});
  return types.some((type) => type !== 'object' && type !== 'nested' && type !== 'unmapped');
}

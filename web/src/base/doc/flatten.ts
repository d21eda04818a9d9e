/** Documents as flat lists of fields. */

import type { Hit, Json, JsonObject } from '../search/types';
import { isJsonObject } from '../rison';

export type FlatDoc = Map<string, Json>;

function add(flat: FlatDoc, path: string, value: Json): void {
  const before = flat.get(path);
  if (before === undefined) flat.set(path, value);
  else
    flat.set(path, [
      ...(Array.isArray(before) ? before : [before]),
      ...(Array.isArray(value) ? value : [value]),
    ]);
}

function walk(flat: FlatDoc, prefix: string, object: JsonObject): void {
  for (const [key, value] of Object.entries(object)) {
    const path = prefix + key;
    if (isJsonObject(value) && Object.keys(value).length > 0) walk(flat, `${path}.`, value);
    else if (Array.isArray(value) && value.length > 0 && value.every(isJsonObject)) {
      for (const item of value) walk(flat, `${path}.`, item as JsonObject);
    } else add(flat, path, value);
  }
}

/** Values of a document by dotted path; arrays of objects give an array at each inner path. */
export function flattenSource(source: JsonObject | undefined): FlatDoc {
  const flat: FlatDoc = new Map();
  if (source) walk(flat, '', source);
  return flat;
}

const flats = new WeakMap<Hit, FlatDoc>();

/** The flat form of a hit, computed once. */
export function flattenHit(hit: Hit): FlatDoc {
  let flat = flats.get(hit);
  if (!flat) {
    flat = flattenSource(hit._source);
    flats.set(hit, flat);
  }
  return flat;
}

/** The value of a column for a hit: a field, a multi-field's parent, or a meta field. */
export function hitValue(hit: Hit, name: string): Json | undefined {
  if (name === '_id') return hit._id;
  if (name === '_index') return hit._index;
  if (name === '_score') return hit._score ?? null;
  if (name === '_source') return hit._source;
  const flat = flattenHit(hit);
  return flat.get(name) ?? hit.fields?.[name] ?? objectBelow(flat, name);
}

/** A column may name a whole object: then its leaves are shown together. */
function objectBelow(flat: FlatDoc, name: string): Json | undefined {
  const inner: JsonObject = {};
  for (const [path, value] of flat)
    if (path.startsWith(`${name}.`)) inner[path.slice(name.length + 1)] = value;
  return Object.keys(inner).length > 0 ? inner : undefined;
}

/** A value as one text: strings as they are, arrays joined by commas, objects as JSON. */
export function valueText(value: Json | undefined): string {
  if (value === undefined) return '';
  if (value === null) return '-';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item) => valueText(item)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const MESSAGE_FIELDS = ['log', 'message', 'msg', 'MESSAGE', 'event.original'];

/** The field that holds the line itself, where there is one. */
export function messageField(flat: FlatDoc): string | undefined {
  return MESSAGE_FIELDS.find((name) => typeof flat.get(name) === 'string');
}

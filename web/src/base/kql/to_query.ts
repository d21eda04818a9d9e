/** KQL trees as Elasticsearch queries, the way Kibana writes them. */

import { fieldKind, matchFieldNames, type PatternField } from '../search/fields';
import type { Json, QueryClause } from '../search/types';
import { isStar, valueText, type Node, type Value } from './ast';
import { parseKql } from './parser';

export interface KqlContext {
  fields: readonly PatternField[];
  /** IANA name for dates without an offset. */
  timeZone: string;
}

function should(clauses: QueryClause[]): QueryClause {
  return { bool: { should: clauses, minimum_should_match: 1 } };
}

/** `query_string` syntax of a wildcard: everything but the `*` escaped. */
function wildcardText(value: Value & { kind: 'wildcard' }): string {
  return value.pieces.map((piece) => piece.replace(/[+\-=&|><!(){}[\]^"~*?:\\/\s]/g, '\\$&')).join('*');
}

function fieldNames(field: Value, context: KqlContext): string[] {
  if (field.kind === 'literal') return [String(field.value)];
  const names = context.fields.filter((known) => !known.name.startsWith('_')).map((known) => known.name);
  return matchFieldNames(field.pieces.join('*'), names);
}

function isDate(name: string, context: KqlContext): boolean {
  const field = context.fields.find((known) => known.name === name);
  return (
    field !== undefined &&
    field.esTypes.length > 0 &&
    field.esTypes.every((type) => fieldKind(type) === 'date')
  );
}

function anyField(value: Value): QueryClause {
  if (value.kind === 'wildcard') {
    return isStar(value) ? { match_all: {} } : { query_string: { query: wildcardText(value) } };
  }
  return {
    multi_match: { type: value.quoted ? 'phrase' : 'best_fields', query: value.value as Json, lenient: true },
  };
}

function oneField(name: string, value: Value, context: KqlContext): QueryClause {
  if (value.kind === 'wildcard') {
    if (isStar(value)) return { exists: { field: name } };
    return { query_string: { fields: [name], query: wildcardText(value) } };
  }
  if (isDate(name, context)) {
    return { range: { [name]: { gte: value.value, lte: value.value, time_zone: context.timeZone } } };
  }
  return { [value.quoted ? 'match_phrase' : 'match']: { [name]: value.value } };
}

function isClause(field: Value | null, value: Value, context: KqlContext): QueryClause {
  if (field === null) return anyField(value);
  if (isStar(field) && isStar(value)) return { match_all: {} };
  if (isStar(field)) return anyField(value);
  const names = fieldNames(field, context);
  if (names.length === 0) return { match_none: {} };
  return should(names.map((name) => oneField(name, value, context)));
}

function rangeClause(node: Node & { kind: 'range' }, context: KqlContext): QueryClause {
  const bound = valueText(node.value);
  const names = fieldNames(node.field, context);
  if (names.length === 0) return { match_none: {} };
  return should(
    names.map((name) => ({
      range: {
        [name]: { [node.operator]: bound, ...(isDate(name, context) ? { time_zone: context.timeZone } : {}) },
      },
    })),
  );
}

/** Names inside `path:{…}` are written without the path. */
function prefixed(node: Node, path: string): Node {
  const field = (value: Value): Value =>
    value.kind === 'literal'
      ? { ...value, value: `${path}.${String(value.value)}` }
      : { kind: 'wildcard', pieces: [`${path}.${value.pieces[0] ?? ''}`, ...value.pieces.slice(1)] };
  switch (node.kind) {
    case 'and':
    case 'or':
      return { ...node, parts: node.parts.map((part) => prefixed(part, path)) };
    case 'not':
      return { ...node, part: prefixed(node.part, path) };
    case 'is':
      return node.field === null ? node : { ...node, field: field(node.field) };
    case 'range':
      return { ...node, field: field(node.field) };
    case 'nested':
      return { ...node, path: `${path}.${node.path}`, part: node.part };
    default:
      return node;
  }
}

function nestedClause(node: Node & { kind: 'nested' }, context: KqlContext): QueryClause {
  const inner = prefixed(node.part, node.path);
  return { nested: { path: node.path, query: toQuery(inner, context), score_mode: 'none' } };
}

/** The query of a tree. */
export function toQuery(node: Node, context: KqlContext): QueryClause {
  switch (node.kind) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: node.parts.map((part) => toQuery(part, context)) } };
    case 'or':
      return should(node.parts.map((part) => toQuery(part, context)));
    case 'not':
      return { bool: { must_not: toQuery(node.part, context) } };
    case 'is':
      return isClause(node.field, node.value, context);
    case 'range':
      return rangeClause(node, context);
    case 'nested':
      return nestedClause(node, context);
  }
}

/** The query of a KQL text; throws KqlError. */
export function kqlToQuery(text: string, context: KqlContext): QueryClause {
  return toQuery(parseKql(text), context);
}

/** The query of a search: query bar, filters and time range as one `bool`. */

import { filterClause, type Filter } from '../filters/filter';
import { kqlToQuery, type KqlContext } from '../kql/to_query';
import type { Bounds } from '../time/range';
import type { JsonObject, QueryClause } from './types';

export interface BarQuery {
  language: 'kuery' | 'lucene';
  query: string;
}

/** The clause of the query bar, null for an empty one; throws KqlError. */
export function barClause(bar: BarQuery, context: KqlContext): QueryClause | null {
  if (bar.query.trim() === '') return null;
  if (bar.language === 'kuery') return kqlToQuery(bar.query, context);
  return { query_string: { query: bar.query, analyze_wildcard: true, time_zone: context.timeZone } };
}

/** The clause of a time range; the ends are ISO texts with milliseconds. */
export function timeClause(field: string, bounds: Bounds): QueryClause {
  return {
    range: {
      [field]: {
        gte: new Date(bounds.min).toISOString(),
        lte: new Date(bounds.max).toISOString(),
        format: 'strict_date_optional_time',
      },
    },
  };
}

export interface QueryParts {
  bar: BarQuery;
  filters: readonly Filter[];
  time: { field: string; bounds: Bounds } | null;
  context: KqlContext;
}

/** The whole query, in the shape Kibana sends; throws KqlError. */
export function buildQuery(parts: QueryParts): JsonObject {
  const must: QueryClause[] = [];
  const filter: QueryClause[] = [];
  const mustNot: QueryClause[] = [];
  const bar = barClause(parts.bar, parts.context);
  if (bar) (parts.bar.language === 'lucene' ? must : filter).push(bar);
  for (const pill of parts.filters) {
    const clause = filterClause(pill);
    if (!clause || pill.meta.disabled === true) continue;
    (pill.meta.negate === true ? mustNot : filter).push(clause);
  }
  if (parts.time) filter.push(timeClause(parts.time.field, parts.time.bounds));
  return { bool: { must, filter, should: [], must_not: mustNot } };
}

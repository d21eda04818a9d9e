import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { es, EsError } from '../base/es';
import { hashUrl, navigate } from '../base/location';
import { addFilter, existsFilter, phraseFilter, type Filter } from '../base/filters/filter';
import type { SearchResponse } from '../base/search/types';
import { writeSearch } from '../base/urlState';
import { DocDetail } from '../widgets/docTable/DocDetail';
import type { DocView } from '../widgets/docTable/types';
import classes from './Discover.module.css';
import { ErrorPanel } from './ErrorPanel';
import { RowSkeletons } from './ResultRows';
import { contextPath, type DiscoverRoute } from './route';
import { useSearchSettings } from './useDiscoverSearch';
import { usePatterns } from './usePatterns';

/** Finds one document; an error says when it is not there. */
export async function loadDoc(
  index: string,
  id: string,
  signal: AbortSignal,
): Promise<SearchResponse['hits']['hits'][number]> {
  const body = { size: 1, version: true, query: { ids: { values: [id] } } };
  const response = await es<SearchResponse>('POST', `${encodeURIComponent(index)}/_search`, body, { signal });
  const hit = response.hits.hits[0];
  if (!hit)
    throw new EsError(
      404,
      '',
      `cannot find document "${id}" in "${index}": it was deleted, or its index was`,
      null,
    );
  return hit;
}

/** One document on a page of its own. */
export function DocPage({ route }: { route: DiscoverRoute & { view: 'doc' } }) {
  const { pattern, fields } = usePatterns(route.pattern);
  const settings = useSearchSettings();
  const doc = useQuery({
    queryKey: ['discover-doc', route.index, route.id],
    queryFn: ({ signal }) => loadDoc(route.index, route.id, signal),
    retry: false,
  });
  const view = useMemo(
    (): DocView => ({
      timeField: pattern?.timeField,
      columns: [],
      fields: new Map(fields.map((field) => [field.name, field])),
      zone: settings.zone,
      wrap: true,
      contextUrl:
        pattern?.timeField === undefined
          ? undefined
          : (hit) => hashUrl(contextPath(pattern.id, hit._id), { index: hit._index }),
    }),
    [pattern, fields, settings.zone],
  );
  const index = pattern?.id ?? route.pattern;
  const search = (filter: Filter): void =>
    navigate(hashUrl('/discover', { _a: writeSearch({ index, filters: addFilter([], filter) }) }));
  return (
    <div className={classes.single}>
      <Anchor size="sm" href={hashUrl('/discover', { _a: writeSearch({ index }) })}>
        ← Discover
      </Anchor>
      <h1 className={classes.title}>
        Document <code>{route.id}</code> in <code>{route.index}</code>
      </h1>
      {doc.isPending && <RowSkeletons />}
      {doc.error && (
        <ErrorPanel
          title="The document could not be loaded"
          error={doc.error}
          onRetry={() => void doc.refetch()}
        />
      )}
      {doc.data && (
        <DocDetail
          hit={doc.data}
          view={view}
          actions={{
            onFilter: (field, value, negate) => search(phraseFilter(index, field, value, negate)),
            onExists: (field) => search(existsFilter(index, field)),
            onToggleColumn: (field) =>
              navigate(hashUrl('/discover', { _a: writeSearch({ index, columns: [field] }) })),
          }}
        />
      )}
    </div>
  );
}

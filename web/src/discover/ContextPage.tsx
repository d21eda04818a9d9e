import { Anchor, Button, SegmentedControl } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { hashUrl, navigate } from '../base/location';
import { addFilter, existsFilter, isPinned, phraseFilter, type Filter } from '../base/filters/filter';
import { buildQuery } from '../base/search/query';
import type { Hit } from '../base/search/types';
import { zoneName } from '../base/time/zone';
import {
  readGlobal,
  readSearch,
  writeGlobal,
  writeSearch,
  type GlobalState,
  type SearchState,
} from '../base/urlState';
import { DocTable } from '../widgets/docTable/DocTable';
import { hitKey, type DocView } from '../widgets/docTable/types';
import { FilterBar } from '../widgets/filterBar/FilterBar';
import { loadAnchor, loadSide, streamOf, type Around } from './context';
import classes from './Discover.module.css';
import { ErrorPanel } from './ErrorPanel';
import { RowSkeletons } from './ResultRows';
import { docPath, type DiscoverRoute } from './route';
import { moveColumn } from './state';
import { useSearchSettings } from './useDiscoverSearch';
import { usePatterns } from './usePatterns';

const STEP = 20;
const EMPTY_SHARED: GlobalState = { filters: [] };
const EMPTY_OWN: SearchState = {};

function useStart(params: ReadonlyMap<string, string>) {
  return useMemo(() => {
    try {
      const shared = readGlobal(params.get('_g'));
      const own = readSearch(params.get('_a'));
      // As in Kibana, only pinned filters stay on: the others would hide what happened around.
      const filters = (own.filters ?? []).map((filter) => ({
        ...filter,
        meta: { ...filter.meta, disabled: true },
      }));
      return { shared, own, filters: [...shared.filters, ...filters], error: null };
    } catch (error) {
      return { shared: EMPTY_SHARED, own: EMPTY_OWN, filters: [] as Filter[], error: error as Error };
    }
  }, [params]);
}

/** What was logged around one document. */
export function ContextPage({
  route,
  params,
}: {
  route: DiscoverRoute & { view: 'context' };
  params: ReadonlyMap<string, string>;
}) {
  const start = useStart(params);
  const { pattern, fields, fieldsReady, error: patternError } = usePatterns(route.pattern);
  const settings = useSearchSettings();
  const [filters, setFilters] = useState(start.filters);
  const [columns, setColumns] = useState(() =>
    (start.own.columns ?? []).filter((name) => name !== '_source'),
  );
  const [newer, setNewer] = useState(STEP);
  const [older, setOlder] = useState(STEP);
  const [scope, setScope] = useLocalStorage({
    key: 'kelp.context.scope',
    defaultValue: 'stream',
    getInitialValueInEffect: false,
  });

  const path = `${encodeURIComponent(pattern?.title ?? '')}/_search`;
  const timeField = pattern?.timeField ?? '';
  const ready = pattern !== undefined && fieldsReady && timeField !== '';
  const anchor = useQuery({
    queryKey: ['context-anchor', path, route.id, params.get('index')],
    queryFn: ({ signal }) =>
      loadAnchor({ path, query: {}, timeField, fields }, params.get('index'), route.id, signal),
    enabled: ready,
    staleTime: Infinity,
    retry: false,
  });
  const stream = useMemo(
    () => (anchor.data ? streamOf(anchor.data, fields) : undefined),
    [anchor.data, fields],
  );
  const around = useMemo((): Around => {
    const active = [...filters, ...(scope === 'stream' && stream ? stream.filters : [])];
    const context = { fields, timeZone: zoneName(settings.zone) };
    return {
      path,
      timeField,
      fields,
      query: buildQuery({ bar: { language: 'kuery', query: '' }, filters: active, time: null, context }),
    };
  }, [filters, scope, stream, path, timeField, fields, settings.zone]);
  const side = (order: 'asc' | 'desc', size: number) => ({
    queryKey: ['context-side', order, size, around.path, around.query, anchor.data?._id],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      loadSide(around, anchor.data as Hit, order, size, signal),
    enabled: anchor.data !== undefined,
    placeholderData: keepPreviousData,
  });
  const after = useQuery(side('asc', newer));
  const before = useQuery(side('desc', older));
  const key = anchor.data && hitKey(anchor.data);
  const hits = useMemo(() => {
    if (!anchor.data || !after.data || !before.data) return [];
    return [...after.data, anchor.data, ...before.data].filter(
      (hit, at, all) => all.findIndex((other) => hitKey(other) === hitKey(hit)) === at,
    );
  }, [anchor.data, after.data, before.data]);

  const view = useMemo(
    (): DocView => ({
      timeField: pattern?.timeField,
      columns,
      fields: new Map(fields.map((field) => [field.name, field])),
      zone: settings.zone,
      wrap: true,
      docUrl: (hit) => hashUrl(docPath(pattern?.id ?? '', hit._index), { id: hit._id }),
    }),
    [pattern, columns, fields, settings.zone],
  );
  const index = pattern?.id ?? '';
  const actions = useMemo(
    () => ({
      onFilter: (field: string, value: Parameters<typeof phraseFilter>[2], negate: boolean) =>
        setFilters((now) => addFilter(now, phraseFilter(index, field, value, negate))),
      onExists: (field: string) => setFilters((now) => addFilter(now, existsFilter(index, field))),
      onToggleColumn: (name: string) =>
        setColumns((now) => (now.includes(name) ? now.filter((other) => other !== name) : [...now, name])),
    }),
    [index],
  );
  const back = (): void =>
    navigate(
      hashUrl('/discover', {
        _g: writeGlobal({ ...start.shared, filters: filters.filter(isPinned) }),
        _a: writeSearch({ ...start.own, index, columns }),
      }),
    );
  const error = start.error ?? patternError ?? anchor.error ?? after.error ?? before.error;
  return (
    <div className={classes.page}>
      <div className={classes.contextBar}>
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={back}
          data-test-subj="contextBackToDiscover"
        >
          ← Discover
        </Anchor>
        <h1 className={classes.title}>Surrounding documents</h1>
        {stream && (
          <SegmentedControl
            size="xs"
            value={scope}
            onChange={setScope}
            aria-label="Which documents"
            data={[
              { value: 'stream', label: `Same ${stream.label}: ${stream.name}` },
              { value: 'all', label: 'All of the pattern' },
            ]}
          />
        )}
        <FilterBar
          filters={filters}
          fields={fields}
          indexId={index}
          suggestValues={noValues}
          onChange={setFilters}
        />
      </div>
      {error && <ErrorPanel title="The surrounding documents could not be loaded" error={error} />}
      {pattern && pattern.timeField === undefined && (
        <ErrorPanel
          title="This pattern has no time field"
          error={new Error('cannot order documents around this one: the index pattern has no time field')}
        />
      )}
      {!error && (anchor.isPending || after.isPending || before.isPending) && <RowSkeletons />}
      {hits.length > 0 && (
        <>
          <Load
            label="newer"
            count={after.data?.length ?? 0}
            wanted={newer}
            busy={after.isFetching}
            onLoad={() => setNewer(newer + STEP)}
          />
          <div className={classes.rows}>
            <DocTable
              hits={hits}
              view={view}
              actions={actions}
              sort={{ sort: [], onSort: () => undefined }}
              anchor={key}
              onMoveColumn={(name, by) => setColumns(moveColumn(columns, name, by))}
              footer={
                <Load
                  label="older"
                  count={before.data?.length ?? 0}
                  wanted={older}
                  busy={before.isFetching}
                  onLoad={() => setOlder(older + STEP)}
                />
              }
            />
          </div>
        </>
      )}
    </div>
  );
}

const noValues = (): Promise<string[]> => Promise.resolve([]);

function Load({
  label,
  count,
  wanted,
  busy,
  onLoad,
}: {
  label: 'newer' | 'older';
  count: number;
  wanted: number;
  busy: boolean;
  onLoad: () => void;
}) {
  const isAll = !busy && count < wanted;
  return (
    <div className={classes.footer}>
      <Button
        size="compact-xs"
        variant="light"
        loading={busy}
        disabled={isAll}
        onClick={onLoad}
        data-test-subj={`${label === 'newer' ? 'predecessors' : 'successors'}LoadMoreButton`}
      >
        Load {STEP} {label}
      </Button>{' '}
      {isAll ? `no more: ${count} ${label}` : `${count} ${label}`}
    </div>
  );
}

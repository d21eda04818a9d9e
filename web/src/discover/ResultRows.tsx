import { Button, Loader, Skeleton } from '@mantine/core';
import { useCallback } from 'react';
import type { IndexPattern } from '../base/indexPatterns';
import { formatCount } from '../base/time/format';
import { DocTable } from '../widgets/docTable/DocTable';
import type { DocView } from '../widgets/docTable/types';
import classes from './Discover.module.css';
import { EmptyResult } from './EmptyResult';
import { ErrorPanel } from './ErrorPanel';
import type { DiscoverState } from './state';
import type { useDiscoverActions } from './useDiscoverActions';
import type { DiscoverSearch } from './useDiscoverSearch';

interface Props {
  state: DiscoverState;
  update: (changes: Partial<DiscoverState>) => void;
  search: DiscoverSearch;
  view: DocView;
  actions: ReturnType<typeof useDiscoverActions>;
  pattern: IndexPattern;
}

/** The rows of the result, or what stands in their place. */
export function ResultRows({ state, update, search, view, actions, pattern }: Props) {
  const { hits, rows, plan, settings } = search;
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = hits;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  if (search.planError) return <ErrorPanel title="Nothing was searched" error={search.planError} />;
  if (hits.error && rows.length === 0)
    return <ErrorPanel title="The search failed" error={hits.error} onRetry={search.refresh} />;
  if (hits.isPending || !plan) return <RowSkeletons />;
  if (rows.length === 0 && !hits.isFetching) {
    const active = state.filters.filter((filter) => filter.meta.disabled !== true);
    return (
      <EmptyResult
        plan={plan}
        timeField={pattern.timeField}
        zone={settings.zone}
        filterCount={active.length}
        hasQuery={state.query.query.trim() !== ''}
        onRange={actions.onRange}
        onDisableFilters={() =>
          update({
            filters: state.filters.map((filter) => ({ ...filter, meta: { ...filter.meta, disabled: true } })),
          })
        }
        onClearQuery={() => update({ query: { ...state.query, query: '' } })}
      />
    );
  }
  return (
    <div className={classes.rows} data-loading={(hits.isFetching && !isFetchingNextPage) || undefined}>
      <DocTable
        hits={rows}
        view={view}
        actions={actions.doc}
        sort={{ sort: state.sort, onSort: actions.onSort }}
        onMoveColumn={actions.onMoveColumn}
        onEnd={onEnd}
        resultKey={JSON.stringify([plan.anytime, plan.sort, state.time])}
        footer={<Footer search={search} />}
      />
    </div>
  );
}

function Footer({ search }: { search: DiscoverSearch }) {
  const { hits, rows } = search;
  if (hits.isFetchingNextPage) {
    return (
      <div className={classes.footer}>
        <Loader size="xs" /> loading more
      </div>
    );
  }
  if (hits.isFetchNextPageError) {
    return (
      <div className={classes.footer} role="alert">
        More could not be loaded: {hits.error?.message}{' '}
        <Button size="compact-xs" variant="light" onClick={() => void hits.fetchNextPage()}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.footer}>
      {hits.hasNextPage ? '' : `All ${formatCount(rows.length)} documents are loaded`}
    </div>
  );
}

export function RowSkeletons() {
  return (
    <div className={classes.skeletons} aria-hidden>
      {[96, 90, 97, 84, 92, 88, 95, 80].map((width) => (
        <Skeleton key={width} height={34} width={`${width}%`} />
      ))}
    </div>
  );
}

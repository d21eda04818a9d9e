import { Alert } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useCallback, useMemo, useState } from 'react';
import { hashUrl } from '../base/location';
import type { Hit } from '../base/search/types';
import { timeClause } from '../base/search/query';
import type { DocView } from '../widgets/docTable/types';
import { ChartPanel } from './ChartPanel';
import classes from './Discover.module.css';
import { ErrorPanel } from './ErrorPanel';
import { FieldList } from './FieldList';
import { Notices } from './Notices';
import { NoPattern } from './PatternPicker';
import { popularFields } from './popular';
import { ResultTabs, ResultView, type ResultTab } from './ResultView';
import { contextPath, docPath } from './route';
import { SearchHeader } from './SearchHeader';
import { globalText, searchState } from './state';
import { loadValues } from './suggestValues';
import { loadTopValues, type LoadTopValues } from './topValues';
import { useDiscoverActions } from './useDiscoverActions';
import { useDiscoverSearch } from './useDiscoverSearch';
import { useLatest } from '../widgets/useLatest';
import { useDiscoverState } from './useDiscoverState';
import { usePatterns } from './usePatterns';
import { writeSearch } from '../base/urlState';

/** Search and read logs. */
export function SearchPage() {
  const handle = useDiscoverState();
  const { state, update } = handle;
  const patterns = usePatterns(state.index);
  const { pattern, fields } = patterns;
  const search = useDiscoverSearch(state, pattern, fields, patterns.fieldsReady && !handle.isPending);
  const { plan, rows, settings } = search;
  const latestRef = useLatest({ state, plan, fields, rows });
  const actions = useDiscoverActions(latestRef, pattern, fields, update);
  const [wrap, setWrap] = useLocalStorage({
    key: 'kelp.discover.wrap',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const [live, setLive] = useState(false);
  const [tab, setTab] = useState<ResultTab>('documents');

  const topValues = useCallback<LoadTopValues>(
    (field, signal) => {
      const now = latestRef.current;
      if (!now.plan) return Promise.reject(new Error('cannot count values: the query is not complete'));
      return loadTopValues(now.plan, now.fields, now.rows, field, signal);
    },
    [latestRef],
  );
  const timeField = pattern?.timeField;
  const suggestValues = useCallback(
    (field: string, prefix: string, signal: AbortSignal) => {
      const bounds = latestRef.current.plan?.bounds;
      const range = bounds && timeField !== undefined ? timeClause(timeField, bounds) : null;
      return loadValues(
        `${encodeURIComponent(pattern?.title ?? '')}/_search`,
        fields,
        field,
        prefix,
        range,
        signal,
      );
    },
    [latestRef, pattern?.title, timeField, fields],
  );
  const popular = popularFields(pattern?.id ?? '');
  const columnsText = JSON.stringify(state.columns);
  const columns = useMemo(() => JSON.parse(columnsText) as string[], [columnsText]);
  const view = useMemo(
    (): DocView => ({
      timeField,
      columns,
      fields: new Map(fields.map((field) => [field.name, field])),
      zone: settings.zone,
      wrap,
      docUrl: (hit: Hit) => hashUrl(docPath(pattern?.id ?? '', hit._index), { id: hit._id }),
      contextUrl:
        timeField === undefined
          ? undefined
          : (hit: Hit) => {
              const now = latestRef.current.state;
              return hashUrl(contextPath(pattern?.id ?? '', hit._id), {
                _g: globalText(now),
                _a: writeSearch(searchState(now)),
                index: hit._index,
              });
            },
    }),
    [latestRef, timeField, columns, fields, settings.zone, wrap, pattern?.id],
  );

  const noPattern = !patterns.isPending && !pattern && !patterns.error;
  return (
    <div className={classes.page}>
      <SearchHeader {...{ handle, patterns, search, suggestValues, live }} onLive={setLive} />
      <div
        className={classes.progress}
        data-loading={search.loading || undefined}
        role="status"
        aria-label={search.loading ? 'Searching' : ''}
      />
      {handle.error && <ErrorPanel title="This link could not be read whole" error={handle.error} />}
      {patterns.unknownId !== undefined && pattern && (
        <Alert
          color="yellow"
          py={6}
          title={`There is no index pattern "${patterns.unknownId}"; showing ${pattern.title}`}
          data-test-subj="dscNoIndexPatternWarning"
        />
      )}
      {patterns.error && (
        <ErrorPanel title="The fields could not be loaded" error={patterns.error} onRetry={patterns.retry} />
      )}
      {noPattern && <NoPattern />}
      {pattern && !patterns.error && (
        <div className={classes.body}>
          <FieldList
            fields={fields}
            columns={columns}
            popular={popular}
            present={search.present}
            loadTopValues={topValues}
            {...actions.doc}
          />
          <div className={classes.content}>
            <ChartPanel
              response={search.chart.data?.response}
              plan={search.chart.data?.plan ?? plan}
              loading={search.chart.isFetching}
              timed={timeField !== undefined && !live}
              hideChart={state.hideChart || live}
              tools={!live && <ResultTabs tab={tab} onTab={setTab} />}
              interval={state.interval}
              zone={settings.zone}
              wrap={wrap}
              onWrap={setWrap}
              onInterval={(interval) => update({ interval })}
              onHideChart={(hideChart) => update({ hideChart })}
              onBrush={actions.onBrush}
            />
            <Notices search={search} />
            <ResultView {...{ state, update, search, view, actions, pattern, fields, live, tab }} />
          </div>
        </div>
      )}
    </div>
  );
}

import { useCallback, useRef, useState } from 'react';
import { FilterBar } from '../widgets/filterBar/FilterBar';
import type { SuggestValues } from '../widgets/queryBar/suggest';
import { QueryBar, SubmitButton } from '../widgets/queryBar/QueryBar';
import { TimePicker } from '../widgets/timePicker/TimePicker';
import classes from './Discover.module.css';
import { PatternPicker } from './PatternPicker';
import { TopMenu } from './TopMenu';
import type { DiscoverSearch } from './useDiscoverSearch';
import type { DiscoverStateHandle } from './useDiscoverState';
import type { Patterns } from './usePatterns';

export interface SearchHeaderProps {
  handle: DiscoverStateHandle;
  patterns: Patterns;
  search: DiscoverSearch;
  suggestValues: SuggestValues;
  live: boolean;
  onLive: (live: boolean) => void;
}

/** Title and menu, query bar and time, pattern and filters. */
export function SearchHeader(props: SearchHeaderProps) {
  const { handle, patterns, search, suggestValues } = props;
  const { state, update, saved } = handle;
  const [dirty, setDirty] = useState(false);
  const submit = useRef(() => {});
  const sameQuery = (language: string, query: string): boolean =>
    language === state.query.language && query === state.query.query;
  const refresh = (): void => {
    if (patterns.error) patterns.retry();
    search.refresh();
  };
  const onDirty = useCallback((now: boolean) => setDirty(now), []);
  const timed = patterns.pattern === undefined || patterns.pattern.timeField !== undefined;
  return (
    <header className={classes.top}>
      <div className={classes.titleRow}>
        <h1 className={classes.title}>{saved ? saved.attributes.title : 'Discover'}</h1>
        <TopMenu {...props} />
      </div>
      <div className={classes.queryRow}>
        <QueryBar
          query={state.query}
          fields={patterns.fields}
          suggestValues={suggestValues}
          error={search.planError}
          onDirty={onDirty}
          submitRef={submit}
          onSubmit={(query) => (sameQuery(query.language, query.query) ? refresh() : update({ query }))}
        />
        <div className={classes.timeGroup}>
          {timed && (
            <TimePicker
              range={state.time}
              refresh={state.refresh}
              zone={search.settings.zone}
              onRange={(time) => update({ time })}
              onRefresh={(refresh) => update({ refresh })}
            />
          )}
          <SubmitButton dirty={dirty} loading={search.loading} onClick={() => submit.current()} />
        </div>
      </div>
      <div className={classes.filterRow}>
        <PatternPicker
          patterns={patterns.patterns}
          pattern={patterns.pattern}
          onPick={(pattern) => update({ index: pattern.id, columns: [], sort: [] })}
        />
        <FilterBar
          filters={state.filters}
          fields={patterns.fields}
          indexId={patterns.pattern?.id ?? ''}
          suggestValues={suggestValues}
          onChange={(filters) => update({ filters })}
        />
      </div>
    </header>
  );
}

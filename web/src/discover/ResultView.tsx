import { SegmentedControl } from '@mantine/core';
import type { IndexPattern } from '../base/indexPatterns';
import { addFilter } from '../base/filters/filter';
import type { PatternField } from '../base/search/fields';
import type { DocView } from '../widgets/docTable/types';
import { LiveRows } from './LiveRows';
import { lineField, PatternsPanel, templateFilter } from './PatternsPanel';
import { ResultRows } from './ResultRows';
import type { DiscoverState } from './state';
import type { useDiscoverActions } from './useDiscoverActions';
import type { DiscoverSearch } from './useDiscoverSearch';

export type ResultTab = 'documents' | 'patterns';

/** Chooses between the documents and the shapes of their lines. */
export function ResultTabs({ tab, onTab }: { tab: ResultTab; onTab: (tab: ResultTab) => void }) {
  return (
    <SegmentedControl
      size="xs"
      value={tab}
      onChange={(value) => onTab(value as ResultTab)}
      aria-label="Show"
      data-test-subj="discoverResultTabs"
      data={[
        { value: 'documents', label: 'Documents' },
        { value: 'patterns', label: 'Patterns' },
      ]}
    />
  );
}

interface Props {
  state: DiscoverState;
  update: (changes: Partial<DiscoverState>) => void;
  search: DiscoverSearch;
  view: DocView;
  actions: ReturnType<typeof useDiscoverActions>;
  pattern: IndexPattern;
  fields: readonly PatternField[];
  live: boolean;
  tab: ResultTab;
}

/** The result as rows, as patterns, or live. */
export function ResultView({ state, update, search, view, actions, pattern, fields, live, tab }: Props) {
  const { plan, rows } = search;
  if (live && plan && pattern.timeField !== undefined) {
    const source = { path: plan.path, query: plan.anytime, timeField: pattern.timeField };
    return (
      <LiveRows {...{ source, fields, view }} actions={actions.doc} onMoveColumn={actions.onMoveColumn} />
    );
  }
  if (tab === 'patterns' && plan && rows.length > 0) {
    return (
      <PatternsPanel
        plan={plan}
        field={lineField(rows)}
        onFilter={(field, template, negate) =>
          update({ filters: addFilter(state.filters, templateFilter(pattern.id, field, template, negate)) })
        }
      />
    );
  }
  return <ResultRows {...{ state, update, search, view, actions, pattern }} />;
}

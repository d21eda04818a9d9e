import { useCallback, useMemo } from 'react';
import { addFilter, existsFilter, phraseFilter } from '../base/filters/filter';
import type { IndexPattern } from '../base/indexPatterns';
import { aggregatableName, type PatternField } from '../base/search/fields';
import type { Json } from '../base/search/types';
import { absoluteRange, type Bounds, type TimeRange } from '../base/time/range';
import { countUse } from './popular';
import { cycleSort, moveColumn, toggleColumn, type DiscoverState } from './state';

const SHORT = 256;

/** `a.keyword` compares whole values, which a phrase on full text would not. */
function filterField(field: string, value: Json, fields: readonly PatternField[]): string {
  const known = fields.find((other) => other.name === field);
  const exact = known && !known.aggregatable ? aggregatableName(known, fields) : undefined;
  return exact !== undefined && typeof value === 'string' && value.length <= SHORT ? exact : field;
}

/** What clicks in the side bar and the table do to the state. */
export function useDiscoverActions(
  current: { readonly current: { readonly state: DiscoverState } },
  pattern: IndexPattern | undefined,
  fields: readonly PatternField[],
  update: (changes: Partial<DiscoverState>, options?: { replace?: boolean }) => void,
) {
  const id = pattern?.id ?? '';
  const count = useCallback((field: string) => pattern && countUse(pattern.id, field), [pattern]);
  const onFilter = useCallback(
    (field: string, value: Json, negate: boolean) => {
      count(field);
      update({
        filters: addFilter(
          current.current.state.filters,
          phraseFilter(id, filterField(field, value, fields), value, negate),
        ),
      });
    },
    [current, id, fields, update, count],
  );
  const onExists = useCallback(
    (field: string) => update({ filters: addFilter(current.current.state.filters, existsFilter(id, field)) }),
    [current, id, update],
  );
  const onToggleColumn = useCallback(
    (field: string) => {
      count(field);
      update(toggleColumn(current.current.state, field));
    },
    [current, update, count],
  );
  const doc = useMemo(() => ({ onFilter, onExists, onToggleColumn }), [onFilter, onExists, onToggleColumn]);
  return {
    doc,
    onMoveColumn: useCallback(
      (name: string, by: number) => update({ columns: moveColumn(current.current.state.columns, name, by) }),
      [current, update],
    ),
    onSort: useCallback(
      (field: string, add: boolean) => {
        const { sort } = current.current.state;
        const byTime = sort.length === 0 && field === pattern?.timeField;
        update({ sort: byTime ? [[field, 'asc']] : cycleSort(sort, field, add) });
      },
      [current, pattern, update],
    ),
    onBrush: useCallback((bounds: Bounds) => update({ time: absoluteRange(bounds) }), [update]),
    onRange: useCallback((time: TimeRange) => update({ time }), [update]),
  };
}

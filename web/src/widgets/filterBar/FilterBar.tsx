import { ActionIcon, Button, Menu, Popover } from '@mantine/core';
import { IconDots, IconFilterPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { isPinned, type Filter } from '../../base/filters/filter';
import type { PatternField } from '../../base/search/fields';
import type { SuggestValues } from '../queryBar/suggest';
import classes from './FilterBar.module.css';
import { FilterEditor } from './FilterEditor';
import { FilterPill } from './FilterPill';

export interface FilterBarProps {
  filters: readonly Filter[];
  fields: readonly PatternField[];
  /** Id of the index pattern that new filters belong to. */
  indexId: string;
  suggestValues: SuggestValues;
  onChange: (filters: Filter[]) => void;
}

function withMeta(filter: Filter, meta: Partial<Filter['meta']>): Filter {
  return { ...filter, meta: { ...filter.meta, ...meta } };
}

function pin(filter: Filter, pinned: boolean): Filter {
  return { ...filter, $state: { store: pinned ? 'globalState' : 'appState' } };
}

const BULK: readonly (readonly [string, string, (filter: Filter) => Filter])[] = [
  ['Enable all', 'enableAllFilters', (filter) => withMeta(filter, { disabled: false })],
  ['Disable all', 'disableAllFilters', (filter) => withMeta(filter, { disabled: true })],
  ['Pin all', 'pinAllFilters', (filter) => pin(filter, true)],
  ['Unpin all', 'unpinAllFilters', (filter) => pin(filter, false)],
  [
    'Invert inclusion',
    'invertInclusionAllFilters',
    (filter) => withMeta(filter, { negate: filter.meta.negate !== true }),
  ],
  [
    'Invert enabled/disabled',
    'invertEnabledAllFilters',
    (filter) => withMeta(filter, { disabled: filter.meta.disabled !== true }),
  ],
];

/** The filters as pills, with a button that adds one and a menu for all. */
export function FilterBar({ filters, fields, indexId, suggestValues, onChange }: FilterBarProps) {
  const [adding, setAdding] = useState(false);
  const replace = (at: number, next: Filter | null): void =>
    onChange(filters.flatMap((filter, index) => (index === at ? (next ? [next] : []) : [filter])));
  return (
    <div className={classes.bar} role="group" aria-label="Filters" data-test-subj="globalFilterBar">
      {filters.map((filter, index) => (
        <FilterPill
          key={`${index} ${JSON.stringify(filter.meta.key)}`}
          filter={filter}
          fields={fields}
          indexId={indexId}
          suggestValues={suggestValues}
          onChange={(next) => replace(index, next)}
          onPin={() => replace(index, pin(filter, !isPinned(filter)))}
          onMeta={(meta) => replace(index, withMeta(filter, meta))}
        />
      ))}
      <Popover opened={adding} onChange={setAdding} position="bottom-start" shadow="md" trapFocus>
        <Popover.Target>
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconFilterPlus size={14} />}
            data-test-subj="addFilter"
            aria-expanded={adding}
            onClick={() => setAdding(!adding)}
          >
            Add filter
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          {adding && (
            <FilterEditor
              {...{ fields, indexId, suggestValues }}
              onCancel={() => setAdding(false)}
              onSave={(filter) => {
                setAdding(false);
                onChange([...filters, filter]);
              }}
            />
          )}
        </Popover.Dropdown>
      </Popover>
      {filters.length > 1 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label="Change all filters"
              data-test-subj="showFilterActions"
            >
              <IconDots size={15} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {BULK.map(([label, subject, change]) => (
              <Menu.Item key={subject} data-test-subj={subject} onClick={() => onChange(filters.map(change))}>
                {label}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item color="red" data-test-subj="removeAllFilters" onClick={() => onChange([])}>
              Remove all
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

import { Menu, Popover } from '@mantine/core';
import {
  IconBan,
  IconEdit,
  IconEye,
  IconEyeOff,
  IconPin,
  IconPinnedOff,
  IconTrash,
  IconX,
} from '@tabler/icons-react';
import { useState } from 'react';
import { filterLabel } from '../../base/filters/describe';
import { isPinned, type Filter, type FilterMeta } from '../../base/filters/filter';
import type { PatternField } from '../../base/search/fields';
import type { SuggestValues } from '../queryBar/suggest';
import classes from './FilterBar.module.css';
import { FilterEditor } from './FilterEditor';

interface Props {
  filter: Filter;
  fields: readonly PatternField[];
  indexId: string;
  suggestValues: SuggestValues;
  /** Null: the filter goes. */
  onChange: (filter: Filter | null) => void;
  onPin: () => void;
  onMeta: (meta: Partial<FilterMeta>) => void;
}

/** One filter: click for its menu, cross to remove. */
export function FilterPill({ filter, fields, indexId, suggestValues, onChange, onPin, onMeta }: Props) {
  const [editing, setEditing] = useState(false);
  const { negate, field, rest } = filterLabel(filter);
  const disabled = filter.meta.disabled === true;
  const pinned = isPinned(filter);
  const full = `${negate ? 'NOT ' : ''}${field}${rest}`;
  const states = [
    disabled ? 'filter-disabled' : 'filter-enabled',
    pinned ? 'filter-pinned' : 'filter-unpinned',
    negate ? 'filter-negated' : '',
  ];
  return (
    <Popover opened={editing} onChange={setEditing} position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <span
          className={classes.pill}
          data-negate={negate || undefined}
          data-disabled={disabled || undefined}
          data-pinned={pinned || undefined}
          data-test-subj={['filter', ...states, `filter-key-${filter.meta.key ?? ''}`]
            .filter(Boolean)
            .join(' ')}
        >
          <Menu position="bottom-start">
            <Menu.Target>
              <button
                type="button"
                className={classes.label}
                title={`${full}${disabled ? ' (disabled)' : ''}${pinned ? ' (pinned)' : ''}`}
              >
                {pinned && <IconPin size={12} aria-label="Pinned" />}
                {negate && <b>NOT </b>}
                <span>
                  {field}
                  {rest}
                </span>
              </button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={pinned ? <IconPinnedOff size={15} /> : <IconPin size={15} />}
                data-test-subj="pinFilter"
                onClick={onPin}
              >
                {pinned ? 'Unpin' : 'Pin across all features'}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconEdit size={15} />}
                data-test-subj="editFilter"
                onClick={() => setEditing(true)}
              >
                Edit filter
              </Menu.Item>
              <Menu.Item
                leftSection={<IconBan size={15} />}
                data-test-subj="negateFilter"
                onClick={() => onMeta({ negate: !negate })}
              >
                {negate ? 'Include results' : 'Exclude results'}
              </Menu.Item>
              <Menu.Item
                leftSection={disabled ? <IconEye size={15} /> : <IconEyeOff size={15} />}
                data-test-subj="disableFilter"
                onClick={() => onMeta({ disabled: !disabled })}
              >
                {disabled ? 'Re-enable' : 'Temporarily disable'}
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={15} />}
                data-test-subj="deleteFilter"
                onClick={() => onChange(null)}
              >
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <button
            type="button"
            className={classes.remove}
            aria-label={`Remove filter ${full}`}
            onClick={() => onChange(null)}
          >
            <IconX size={12} />
          </button>
        </span>
      </Popover.Target>
      <Popover.Dropdown>
        {editing && (
          <FilterEditor
            {...{ filter, fields, indexId, suggestValues }}
            onCancel={() => setEditing(false)}
            onSave={(next) => {
              setEditing(false);
              onChange(next);
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

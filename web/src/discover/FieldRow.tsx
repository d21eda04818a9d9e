import { ActionIcon, Popover } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { memo, useState } from 'react';
import type { PatternField } from '../base/search/fields';
import type { Json } from '../base/search/types';
import { FieldIcon } from '../widgets/fieldIcon/FieldIcon';
import classes from './Discover.module.css';
import { TopValues } from './TopValues';
import type { LoadTopValues } from './topValues';

export interface FieldRowActions {
  onToggleColumn: (name: string) => void;
  onFilter: (field: string, value: Json, negate: boolean) => void;
  onExists: (field: string) => void;
  loadTopValues: LoadTopValues;
}

/** One field: click for its most frequent values, plus or minus to make it a column. */
export const FieldRow = memo(function FieldRow({
  field,
  isColumn,
  onToggleColumn,
  onFilter,
  onExists,
  loadTopValues,
}: FieldRowActions & { field: PatternField; isColumn: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <li className={classes.fieldItem} data-open={open || undefined}>
      <Popover
        opened={open}
        onChange={setOpen}
        position="right-start"
        shadow="md"
        withArrow
        trapFocus
        width={330}
        middlewares={{ flip: true, shift: true }}
      >
        <Popover.Target>
          <button
            type="button"
            className={classes.fieldButton}
            title={field.name}
            aria-expanded={open}
            data-test-subj={`field-${field.name}`}
            onClick={() => setOpen(!open)}
          >
            <FieldIcon kind={field.kind} />
            <span className={classes.fieldLabel}>{field.name}</span>
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          {open && <TopValues field={field} load={loadTopValues} onFilter={onFilter} onExists={onExists} />}
        </Popover.Dropdown>
      </Popover>
      <ActionIcon
        size={20}
        variant="subtle"
        className={classes.fieldToggle}
        color={isColumn ? 'red' : undefined}
        aria-label={isColumn ? `Remove ${field.name} from the table` : `Add ${field.name} as column`}
        title={isColumn ? 'Remove from the table' : 'Add as column'}
        data-test-subj={`fieldToggle-${field.name}`}
        onClick={() => onToggleColumn(field.name)}
      >
        {isColumn ? <IconMinus size={14} /> : <IconPlus size={14} />}
      </ActionIcon>
    </li>
  );
});

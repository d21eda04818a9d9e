import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowsSort,
  IconArrowUp,
  IconChevronLeft,
  IconChevronRight,
  IconX,
} from '@tabler/icons-react';
import type { PointerEvent } from 'react';
import classes from './DocTable.module.css';
import type { DocView, SortHandle } from './types';
import type { ColumnWidths } from './useColumnWidths';

interface Props {
  view: DocView;
  sort: SortHandle;
  widths: ColumnWidths;
  onMoveColumn: (name: string, by: number) => void;
  onRemoveColumn: (name: string) => void;
}

/** The headings: sort, move, remove, resize. */
export function HeadRow({ view, sort, widths, onMoveColumn, onRemoveColumn }: Props) {
  return (
    <thead className={classes.head}>
      <tr>
        <th aria-label="Expand" />
        {view.timeField !== undefined && (
          <SortableHeading name={view.timeField} label="Time" view={view} sort={sort} />
        )}
        {view.columns.length === 0 && <th scope="col">Document</th>}
        {view.columns.map((name, index) => (
          <SortableHeading key={name} name={name} label={name} view={view} sort={sort}>
            <span className={classes.headTools}>
              {index > 0 && (
                <Tool
                  label={`Move ${name} left`}
                  icon={IconChevronLeft}
                  onClick={() => onMoveColumn(name, -1)}
                />
              )}
              {index < view.columns.length - 1 && (
                <Tool
                  label={`Move ${name} right`}
                  icon={IconChevronRight}
                  onClick={() => onMoveColumn(name, 1)}
                />
              )}
              <Tool
                label={`Remove column ${name}`}
                icon={IconX}
                subject={`docTableRemoveHeader-${name}`}
                onClick={() => onRemoveColumn(name)}
              />
            </span>
            <Resizer onWidth={(width) => widths.set(name, width)} />
          </SortableHeading>
        ))}
      </tr>
    </thead>
  );
}

function SortableHeading({
  name,
  label,
  view,
  sort,
  children,
}: {
  name: string;
  label: string;
  view: DocView;
  sort: SortHandle;
  children?: React.ReactNode;
}) {
  const chosen =
    sort.sort.length > 0
      ? sort.sort
      : view.timeField === undefined
        ? []
        : [[view.timeField, 'desc'] as const];
  const order = chosen.find(([field]) => field === name)?.[1];
  const place = chosen.length > 1 ? chosen.findIndex(([field]) => field === name) + 1 : 0;
  const field = view.fields.get(name);
  const sortable =
    field !== undefined &&
    (field.aggregatable ||
      [...view.fields.values()].some((other) => other.parent === name && other.aggregatable));
  const Icon = order === 'asc' ? IconArrowUp : order === 'desc' ? IconArrowDown : IconArrowsSort;
  return (
    <th
      scope="col"
      aria-sort={order === undefined ? undefined : order === 'asc' ? 'ascending' : 'descending'}
      data-test-subj="docTableHeaderField"
    >
      <span className={classes.heading}>
        {sortable ? (
          <Tooltip label={`Sort by ${name}; with Shift, beside the others`} openDelay={600}>
            <button
              type="button"
              className={classes.sort}
              data-active={order !== undefined || undefined}
              data-test-subj={`docTableHeaderFieldSort_${name}`}
              onClick={(event) => sort.onSort(name, event.shiftKey)}
            >
              <span className={classes.headLabel}>{label}</span>
              <Icon size={13} />
              {place > 0 && <small>{place}</small>}
            </button>
          </Tooltip>
        ) : (
          <span className={classes.headLabel} title={name}>
            {label}
          </span>
        )}
        {children}
      </span>
    </th>
  );
}

function Tool({
  label,
  icon: Icon,
  subject,
  onClick,
}: {
  label: string;
  icon: typeof IconX;
  subject?: string;
  onClick: () => void;
}) {
  return (
    <ActionIcon
      size={18}
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      data-test-subj={subject}
      onClick={onClick}
    >
      <Icon size={13} />
    </ActionIcon>
  );
}

function Resizer({ onWidth }: { onWidth: (width: number) => void }) {
  const begin = (event: PointerEvent<HTMLSpanElement>): void => {
    const handle = event.currentTarget;
    const heading = handle.closest('th');
    if (!heading) return;
    const from = event.clientX;
    const width = heading.getBoundingClientRect().width;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent): void => onWidth(width + moved.clientX - from);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  };
  return <span className={classes.resizer} onPointerDown={begin} aria-hidden />;
}

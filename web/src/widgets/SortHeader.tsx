import { Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMemo, useState, type ReactNode } from 'react';

export interface Sort<Key extends string> {
  key: Key;
  descending: boolean;
}

interface HeaderProps<Key extends string> {
  name: Key;
  sort: Sort<Key>;
  onSort: (sort: Sort<Key>) => void;
  align?: 'left' | 'right';
  children: ReactNode;
}

/** A column's title that sorts the table by a click. */
export function SortHeader<Key extends string>({ name, sort, onSort, align, children }: HeaderProps<Key>) {
  const active = sort.key === name;
  const direction = sort.descending ? 'descending' : 'ascending';
  const Arrow = sort.descending ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th ta={align ?? 'left'} aria-sort={active ? direction : 'none'}>
      <UnstyledButton
        fw={600}
        fz="inherit"
        onClick={() => onSort({ key: name, descending: active && !sort.descending })}
      >
        {children} {active && <Arrow size={12} />}
      </UnstyledButton>
    </Table.Th>
  );
}

/** Rows in order of one of their members; numbers by value, the rest as text. */
export function useSorted<Key extends string, Row extends Record<Key, string | number>>(
  rows: Row[],
  initial: Sort<Key>,
): [Row[], Sort<Key>, (sort: Sort<Key>) => void] {
  const [sort, setSort] = useState(initial);
  const sorted = useMemo(() => {
    const sign = sort.descending ? -1 : 1;
    return rows.toSorted((a, b) => sign * compare(a[sort.key], b[sort.key]));
  }, [rows, sort]);
  return [sorted, sort, setSort];
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

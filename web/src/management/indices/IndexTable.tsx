import { Checkbox, Table } from '@mantine/core';
import { formatBytes } from '../../base/size';
import { Moment } from '../../widgets/Moment';
import { SortHeader, useSorted } from '../../widgets/SortHeader';
import classes from '../Management.module.css';
import type { IndexRow } from './indices';

const COLOURS: Record<string, string> = { green: 'teal', yellow: 'yellow', red: 'red' };

interface Props {
  rows: IndexRow[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** Indices with a box to choose each. */
export function IndexTable({ rows, chosen, onChoose }: Props) {
  const [sorted, sort, setSort] = useSorted<'name' | 'docs' | 'bytes' | 'created', IndexRow>(rows, {
    key: 'name',
    descending: true,
  });
  const choose = (name: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(name);
    else next.delete(name);
    onChoose(next);
  };
  return (
    <div className={classes.scroll}>
      <Table highlightOnHover verticalSpacing={5} aria-label="Indices">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36} />
            <SortHeader name="name" sort={sort} onSort={setSort}>
              Name
            </SortHeader>
            <Table.Th>Status</Table.Th>
            <SortHeader name="docs" sort={sort} onSort={setSort} align="right">
              Documents
            </SortHeader>
            <SortHeader name="bytes" sort={sort} onSort={setSort} align="right">
              Size
            </SortHeader>
            <SortHeader name="created" sort={sort} onSort={setSort} align="right">
              Created
            </SortHeader>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sorted.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Td>
                <Checkbox
                  size="xs"
                  aria-label={`Choose ${row.name}`}
                  checked={chosen.has(row.name)}
                  onChange={(event) => choose(row.name, event.currentTarget.checked)}
                />
              </Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                <Health health={row.health} />
                {row.name}
              </Table.Td>
              <Table.Td>{row.status}</Table.Td>
              <Table.Td className={classes.numeric}>{row.docs.toLocaleString('en')}</Table.Td>
              <Table.Td className={classes.numeric}>{formatBytes(row.bytes)}</Table.Td>
              <Table.Td className={classes.numeric}>
                <Moment millis={row.created} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Health({ health }: { health: string }) {
  return (
    <span
      role="img"
      aria-label={`health ${health}`}
      title={health}
      className={classes.health}
      style={{ background: `var(--mantine-color-${COLOURS[health] ?? 'gray'}-6)` }}
    />
  );
}

import { Badge, Group, NativeSelect, Pagination, Table, Text, TextInput } from '@mantine/core';
import { IconCheck, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { FieldCaps } from '../../base/es';
import { SortHeader, useSorted } from '../../widgets/SortHeader';
import classes from '../Management.module.css';

const ROWS_PER_PAGE = 50;
const ALL_TYPES = 'All types';

type Column = 'name' | 'type' | 'format' | 'searchable' | 'aggregatable';

interface Row {
  name: string;
  type: string;
  conflict: boolean;
  format: string;
  /** 1 or 0, to sort by. */
  searchable: number;
  aggregatable: number;
}

interface Props {
  fields: FieldCaps[];
  timeField: string | undefined;
  formats: Map<string, string>;
}

/** The fields of a pattern, searchable by name and type, 50 to a page. */
export function FieldTable({ fields, timeField, formats }: Props) {
  const [text, setText] = useState('');
  const [type, setType] = useState(ALL_TYPES);
  const [page, setPage] = useState(1);
  const rows = useMemo<Row[]>(
    () =>
      fields
        .filter((field) => field.name.toLowerCase().includes(text.toLowerCase()))
        .filter((field) => type === ALL_TYPES || field.types.includes(type))
        .map((field) => ({
          name: field.name,
          type: field.types.join(', '),
          conflict: field.types.length > 1,
          format: formats.get(field.name) ?? '',
          searchable: Number(field.searchable),
          aggregatable: Number(field.aggregatable),
        })),
    [fields, text, type, formats],
  );
  const [sorted, sort, setSort] = useSorted<Column, Row>(rows, { key: 'name', descending: false });
  const pages = Math.max(1, Math.ceil(sorted.length / ROWS_PER_PAGE));
  const current = Math.min(page, pages);
  const shown = sorted.slice((current - 1) * ROWS_PER_PAGE, current * ROWS_PER_PAGE);
  const types = [ALL_TYPES, ...new Set(fields.flatMap((field) => field.types))];
  return (
    <>
      <Group mb="sm" gap="xs">
        <TextInput
          aria-label="Find fields"
          placeholder="Find fields"
          leftSection={<IconSearch size={15} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          flex={1}
        />
        <NativeSelect
          aria-label="Type"
          data={types}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed">
          {rows.length} of {fields.length} fields
        </Text>
      </Group>
      <div className={classes.scroll}>
        <Table highlightOnHover verticalSpacing={5} aria-label="Fields">
          <Table.Thead>
            <Table.Tr>
              <SortHeader name="name" sort={sort} onSort={setSort}>
                Name
              </SortHeader>
              <SortHeader name="type" sort={sort} onSort={setSort}>
                Type
              </SortHeader>
              <SortHeader name="format" sort={sort} onSort={setSort}>
                Format
              </SortHeader>
              <SortHeader name="searchable" sort={sort} onSort={setSort}>
                Searchable
              </SortHeader>
              <SortHeader name="aggregatable" sort={sort} onSort={setSort}>
                Aggregatable
              </SortHeader>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((row) => (
              <Table.Tr key={row.name}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {row.name}{' '}
                  {row.name === timeField && (
                    <Badge variant="light" tt="none">
                      time
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td>
                  {row.type}{' '}
                  {row.conflict && (
                    <Badge variant="light" color="orange" tt="none">
                      conflict
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td>{row.format}</Table.Td>
                <Table.Td>{row.searchable === 1 && <IconCheck size={16} aria-label="yes" />}</Table.Td>
                <Table.Td>{row.aggregatable === 1 && <IconCheck size={16} aria-label="yes" />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {pages > 1 && <Pagination mt="md" size="sm" total={pages} value={current} onChange={setPage} />}
    </>
  );
}

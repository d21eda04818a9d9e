import { Code, CopyButton, Button, SegmentedControl, Stack, Table, Tabs } from '@mantine/core';
import { useState } from 'react';
import type { IndexPattern } from '../base/indexPatterns';
import { totalHits } from '../base/search/types';
import { formatCount } from '../base/time/format';
import type { DiscoverSearch } from './useDiscoverSearch';
import type { Exchange } from './useSearch';

/** What was asked and answered. */
export function InspectPanel({
  search,
  pattern,
}: {
  search: DiscoverSearch;
  pattern: IndexPattern | undefined;
}) {
  const [which, setWhich] = useState('rows');
  const exchange: Exchange | undefined =
    which === 'rows' ? search.hits.data?.pages.at(-1) : search.chart.data;
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        value={which}
        onChange={setWhich}
        data={[
          { value: 'rows', label: 'Documents' },
          { value: 'chart', label: 'Count and histogram' },
        ]}
        style={{ alignSelf: 'start' }}
      />
      <Tabs defaultValue="statistics" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="statistics">Statistics</Tabs.Tab>
          <Tabs.Tab value="request" data-test-subj="inspectorRequestDetailRequest">
            Request
          </Tabs.Tab>
          <Tabs.Tab value="response" data-test-subj="inspectorRequestDetailResponse">
            Response
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="statistics" pt="sm">
          {exchange && <Statistics exchange={exchange} pattern={pattern} loaded={search.rows.length} />}
        </Tabs.Panel>
        <Tabs.Panel value="request" pt="sm">
          <JsonText value={exchange?.request} />
        </Tabs.Panel>
        <Tabs.Panel value="response" pt="sm">
          <JsonText value={exchange?.response} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Statistics({
  exchange,
  pattern,
  loaded,
}: {
  exchange: Exchange;
  pattern: IndexPattern | undefined;
  loaded: number;
}) {
  const { response, millis } = exchange;
  const total = totalHits(response);
  const rows: [string, string][] = [
    ['Index pattern', pattern?.title ?? ''],
    ['Time field', pattern?.timeField ?? 'none'],
    ['Hits in the answer', formatCount(response.hits.hits.length)],
    ['Rows loaded', formatCount(loaded)],
    ['Hits in all', total < 0 ? 'not asked for in this request' : formatCount(total)],
    ['Time in the store', `${formatCount(response.took)} ms`],
    ['Time of the request', `${formatCount(Math.round(millis))} ms`],
    ['Shards', `${response._shards.successful} of ${response._shards.total} answered`],
  ];
  return (
    <Table data-test-subj="inspectorTable">
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th>{name}</Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const SHOWN = 200_000;

function JsonText({ value }: { value: unknown }) {
  const text = JSON.stringify(value ?? null, null, 2);
  return (
    <Stack gap="xs">
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="light" onClick={copy} style={{ alignSelf: 'start' }}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text.length > SHOWN
          ? `${text.slice(0, SHOWN)}\n… ${formatCount(text.length - SHOWN)} more characters: use Copy`
          : text}
      </Code>
    </Stack>
  );
}

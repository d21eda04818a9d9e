import { Alert } from '@mantine/core';
import type { SearchResponse } from '../base/search/types';
import type { DiscoverSearch } from './useDiscoverSearch';

function partial(response: SearchResponse | undefined): string | null {
  if (!response) return null;
  if (response.timed_out) return 'The search ran out of time: what is shown is incomplete';
  const { failed, total, failures } = response._shards;
  if (failed === 0) return null;
  const reason = failures?.[0]?.reason;
  const cause = reason?.caused_by?.reason ?? reason?.reason ?? 'no reason given';
  return `${failed} of ${total} shards failed: what is shown is incomplete (${failures?.[0]?.index ?? ''}: ${cause})`;
}

/** Says when a result is incomplete. */
export function Notices({ search }: { search: DiscoverSearch }) {
  const texts = new Set([
    partial(search.hits.data?.pages[0]?.response),
    partial(search.chart.data?.response),
  ]);
  const chartError = search.hits.error ? null : search.chart.error;
  if (chartError) texts.add(`The histogram could not be loaded: ${chartError.message}`);
  return [...texts].map(
    (text) => text && <Alert key={text} color="yellow" py={5} title={text} role="status" />,
  );
}

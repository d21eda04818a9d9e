import { Button, CopyButton, Radio, Stack, Textarea } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../base/es';
import { absoluteRange } from '../base/time/range';
import { stateUrl } from './state';
import type { DiscoverSearch } from './useDiscoverSearch';
import type { DiscoverStateHandle } from './useDiscoverState';

type Kind = 'absolute' | 'relative' | 'short' | 'curl';

interface Props {
  handle: DiscoverStateHandle;
  search: DiscoverSearch;
  /** The pattern in use: a link names it, as the default may change. */
  indexId: string | undefined;
}

/** A short link to a hash URL of this page. */
async function shorten(hash: string, signal: AbortSignal): Promise<string> {
  const { urlId } = await request<{ urlId: string }>(
    'POST',
    'api/shorten_url',
    { url: `/${hash}` },
    { signal },
  );
  return new URL(`goto/${urlId}`, document.baseURI).href;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Links to this search, and the same as a command. */
export function SharePanel({ handle, search, indexId }: Props) {
  const [kind, setKind] = useState<Kind>('absolute');
  const { plan } = search;
  const shared = { ...handle.state, index: handle.state.index ?? indexId };
  const here = window.location.href.split('#')[0] ?? '';
  const time = plan?.bounds ? absoluteRange(plan.bounds) : handle.state.time;
  const sent = search.hits.data?.pages[0]?.request;
  const short = useQuery({
    queryKey: ['short-link', stateUrl(shared, time)],
    queryFn: ({ signal }) => shorten(stateUrl(shared, time), signal),
    enabled: kind === 'short',
    staleTime: Infinity,
  });
  const texts: Record<Kind, string> = {
    absolute: here + stateUrl(shared, time),
    relative: here + stateUrl(shared),
    short: short.data ?? short.error?.message ?? '…',
    curl: `curl -s -H 'kbn-xsrf: kelp' -H 'content-type: application/json' ${shellQuote(`${new URL('api/es/', document.baseURI).href}${plan?.path ?? ''}`)} -d ${shellQuote(JSON.stringify(sent ?? {}))}`,
  };
  return (
    <Stack gap="sm">
      <Radio.Group value={kind} onChange={(value) => setKind(value as Kind)} aria-label="What to share">
        <Stack gap={6}>
          <Radio size="sm" value="absolute" label="Permalink: shows the same documents at any later time" />
          <Radio
            size="sm"
            value="relative"
            label={`Link with the time range as it is (${handle.state.time.from} to ${handle.state.time.to})`}
          />
          <Radio size="sm" value="short" label="Short permalink, kept by this server" />
          <Radio size="sm" value="curl" label="The search as a curl command" />
        </Stack>
      </Radio.Group>
      <Textarea
        readOnly
        autosize
        minRows={3}
        maxRows={10}
        value={texts[kind]}
        aria-label="Text to share"
        data-test-subj="shareLink"
        styles={{
          input: {
            fontFamily: 'var(--mantine-font-family-monospace)',
            fontSize: 12,
            overflowWrap: 'anywhere',
          },
        }}
      />
      <CopyButton value={texts[kind]}>
        {({ copied, copy }) => (
          <Button
            onClick={copy}
            leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            data-test-subj="copyShareUrlButton"
            style={{ alignSelf: 'start' }}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Stack>
  );
}

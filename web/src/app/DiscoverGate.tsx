import { Anchor, Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { isHidden, loadIndexNames } from '../base/indexNames';
import { useIndexPatterns } from '../base/indexPatterns';
import { useSettings } from '../base/settings';
import { DiscoverPage } from '../discover';
import { Failure, notifyDone, notifyFailure } from '../widgets/Failure';
import { hasLines, offerIndexPattern, OFFERED_PATTERN } from './offer';

const POLL_MS = 2000;
const FIRST_LINES_POLL_MS = 500;

/** Discover, once there is an index pattern to search; until then, what is missing and how to get it. */
export function DiscoverGate() {
  const patterns = useIndexPatterns();
  // Discover needs them next: ask for both at once.
  useSettings();
  const { refetch } = patterns;
  useEffect(() => {
    if (!patterns.isError) return;
    const timer = setInterval(() => void refetch(), POLL_MS);
    return () => clearInterval(timer);
  }, [patterns.isError, refetch]);
  if (patterns.data && patterns.data.length > 0) return <DiscoverPage />;
  if (patterns.isError) return <Unreachable error={patterns.error} />;
  // The empty list of an earlier visit may have ended meanwhile.
  const outdated = patterns.isFetching && !patterns.isFetchedAfterMount;
  if (patterns.isPending || outdated) return <Loader m="xl" aria-label="Loading" />;
  return <Waiting />;
}

function Unreachable({ error }: { error: unknown }) {
  return (
    <Center mih="70vh" p="md">
      <Stack maw={560}>
        <Failure error={error} />
        <Text c="dimmed" size="sm">
          <Loader size={14} mr={8} />
          Trying again until it answers.
        </Text>
      </Stack>
    </Center>
  );
}

function Waiting() {
  const client = useQueryClient();
  const names = useQuery({
    queryKey: ['index-names'],
    queryFn: ({ signal }) => loadIndexNames(signal),
    refetchInterval: POLL_MS,
  });
  const named = names.data?.some((index) => index.name.startsWith('logstash-')) ?? false;
  const lines = useQuery({
    queryKey: ['first-lines'],
    queryFn: ({ signal }) => hasLines(signal),
    enabled: named,
    refetchInterval: ({ state }) => (state.data ? false : FIRST_LINES_POLL_MS),
  });
  const offered = named && lines.data === true;
  const others = names.data?.filter((index) => !isHidden(index.name)).length ?? 0;
  useEffect(() => {
    if (!offered) return;
    let left = false;
    offerIndexPattern()
      .then((made) => {
        if (made && !left) {
          const text = `Index pattern ${OFFERED_PATTERN} was created for you, with time field @timestamp.`;
          notifyDone(text, 10_000);
        }
        return client.invalidateQueries({ queryKey: ['saved-objects'] });
      })
      .catch((error: unknown) => notifyFailure('The index pattern was not created', error));
    return () => {
      left = true;
    };
  }, [offered, client]);
  const error = names.error ?? lines.error;
  if (error) return <Unreachable error={error} />;
  if (names.isPending || offered) return <Loader m="xl" aria-label="Loading" />;
  return others > 0 && !named ? <NoPattern indices={others} /> : <NoLogs />;
}

function NoLogs() {
  return (
    <Center mih="70vh" p="md">
      <Stack align="center" maw={460} ta="center">
        <Loader type="dots" />
        <Title order={1}>Waiting for logs</Title>
        <Text c="dimmed">
          Elasticsearch answers, and nothing has been written to it yet. This page goes on by itself as soon
          as the first lines arrive.
        </Text>
      </Stack>
    </Center>
  );
}

function NoPattern({ indices }: { indices: number }) {
  return (
    <Center mih="70vh" p="md">
      <Stack align="center" maw={460} ta="center">
        <Title order={1}>Which indices hold your logs?</Title>
        <Text c="dimmed">
          {indices === 1 ? 'There is 1 index' : `There are ${indices} indices`}, none called{' '}
          <code>logstash-…</code>. Name them by an index pattern to search them here.
        </Text>
        <Button component="a" href="#/management/kibana/index_pattern">
          Create index pattern
        </Button>
        <Anchor size="sm" href="#/management/data/indices">
          Look at the indices
        </Anchor>
      </Stack>
    </Center>
  );
}

import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { totalHits } from '../base/search/types';
import { now } from '../base/time/clock';
import { formatCount, formatDate, formatDuration } from '../base/time/format';
import { absoluteRange, widenBounds, type TimeRange } from '../base/time/range';
import type { Zone } from '../base/time/zone';
import classes from './Discover.module.css';
import { newestBody } from './requests';
import { exchange, type SearchPlan } from './useSearch';

interface Props {
  plan: SearchPlan;
  timeField: string | undefined;
  zone: Zone;
  filterCount: number;
  hasQuery: boolean;
  onRange: (range: TimeRange) => void;
  onDisableFilters: () => void;
  onClearQuery: () => void;
}

interface Extent {
  count: number;
  oldest: number;
  newest: number;
}

function wholeRange(extent: Extent): TimeRange {
  return absoluteRange({ min: Math.floor(extent.oldest), max: Math.ceil(extent.newest) + 1 });
}

async function loadExtent(plan: SearchPlan, timeField: string, signal: AbortSignal): Promise<Extent> {
  const { response } = await exchange(plan.path, newestBody(plan.anytime, timeField), signal);
  return {
    count: totalHits(response),
    oldest: response.aggregations?.['oldest']?.value ?? 0,
    newest: response.aggregations?.['newest']?.value ?? 0,
  };
}

/** Nothing was found: says where something is. */
export function EmptyResult(props: Props) {
  const { plan, timeField, zone } = props;
  const extent = useQuery({
    queryKey: ['discover-extent', plan.path, plan.anytime, timeField],
    queryFn: ({ signal }) => loadExtent(plan, timeField ?? '', signal),
    enabled: timeField !== undefined,
    staleTime: 5000,
  });
  return (
    <Stack className={classes.message} gap="sm" data-test-subj="discoverNoResults">
      <Title order={2} size="h3">
        No documents match
      </Title>
      {timeField !== undefined && plan.bounds && (
        <Text size="sm" c="dimmed">
          Between {formatDate(plan.bounds.min, 'MMM D, YYYY @ HH:mm:ss', zone)} and{' '}
          {formatDate(plan.bounds.max, 'MMM D, YYYY @ HH:mm:ss', zone)} (
          {formatDuration(plan.bounds.max - plan.bounds.min)})
        </Text>
      )}
      {extent.data && <ExtentHint {...props} extent={extent.data} />}
      <Group gap="xs">
        {extent.data && extent.data.count > 0 && (
          <Button
            size="xs"
            variant="light"
            onClick={() => extent.data && props.onRange(wholeRange(extent.data))}
          >
            Show all {formatCount(extent.data.count)}
          </Button>
        )}
        {plan.bounds && (
          <Button
            size="xs"
            variant="light"
            data-test-subj="discoverWidenTime"
            onClick={() => plan.bounds && props.onRange(absoluteRange(widenBounds(plan.bounds, 4, now())))}
          >
            Widen the time range ×4
          </Button>
        )}
        {props.filterCount > 0 && (
          <Button
            size="xs"
            variant="light"
            onClick={props.onDisableFilters}
            data-test-subj="discoverNoResultsDisableFilters"
          >
            Disable {props.filterCount === 1 ? 'the filter' : `all ${props.filterCount} filters`}
          </Button>
        )}
        {props.hasQuery && (
          <Button size="xs" variant="light" onClick={props.onClearQuery}>
            Clear the query
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function ExtentHint({ extent, plan, zone, onRange }: Props & { extent: Extent }) {
  if (extent.count === 0) {
    return <Text size="sm">Nothing matches at any other time either.</Text>;
  }
  const span = plan.bounds ? plan.bounds.max - plan.bounds.min : 900_000;
  const goThere = (): void =>
    onRange(absoluteRange({ min: Math.floor(extent.newest - span), max: Math.ceil(extent.newest) + 1 }));
  return (
    <Group gap="sm">
      <Text size="sm">
        The latest of {formatCount(extent.count)} matching documents is of{' '}
        <b>{formatDate(extent.newest, 'MMM D, YYYY @ HH:mm:ss', zone)}</b>.
      </Text>
      <Button size="xs" onClick={goThere} data-test-subj="discoverGoToLatest">
        Go there
      </Button>
    </Group>
  );
}

import { ActionIcon, Group, Skeleton, Stack, Text, Tooltip } from '@mantine/core';
import { IconCircleDashedCheck, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { PatternField } from '../base/search/fields';
import type { Json } from '../base/search/types';
import { formatCount } from '../base/time/format';
import classes from './Discover.module.css';
import type { LoadTopValues, TopValue, TopValuesResult } from './topValues';

interface Props {
  field: PatternField;
  load: LoadTopValues;
  onFilter: (field: string, value: Json, negate: boolean) => void;
  onExists: (field: string) => void;
}

/** The five most frequent values of a field, with buttons that filter. */
export function TopValues({ field, load, onFilter, onExists }: Props) {
  const query = useQuery({
    queryKey: ['top-values', field.name],
    queryFn: ({ signal }) => load(field, signal),
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  return (
    <Stack gap={8} data-test-subj="fieldTopValues">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {field.name}
        </Text>
        {field.searchable && (
          <Tooltip label="Filter for field present">
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label={`Filter for ${field.name} present`}
              data-test-subj={`discoverFieldListPanelAddExistFilter-${field.name}`}
              onClick={() => onExists(field.name)}
            >
              <IconCircleDashedCheck size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {field.esTypes.join(', ')}
        {field.kind === 'conflict' && ': the indices disagree on the type of this field'}
      </Text>
      {query.isPending &&
        [88, 64, 46, 40, 30].map((width) => <Skeleton key={width} height={26} width={`${width}%`} />)}
      {query.error && (
        <Text size="xs" c="red" role="alert">
          {query.error.message}
        </Text>
      )}
      {query.data && <Values result={query.data} field={field} onFilter={onFilter} />}
    </Stack>
  );
}

function Values({
  result,
  field,
  onFilter,
}: {
  result: TopValuesResult;
  field: PatternField;
  onFilter: Props['onFilter'];
}) {
  if (result.values.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        No document of this result has the field.
      </Text>
    );
  }
  return (
    <>
      {result.values.map((value) => (
        <ValueBar key={value.label} {...{ value, field, onFilter }} having={result.having} />
      ))}
      <Text size="xs" c="dimmed">
        {result.whole
          ? `In ${formatCount(result.having)} of ${formatCount(result.total)} documents: the whole result`
          : `In ${formatCount(result.having)} of the ${formatCount(result.total)} rows loaded: full text cannot be counted over the whole result`}
      </Text>
    </>
  );
}

function ValueBar({
  value,
  field,
  having,
  onFilter,
}: {
  value: TopValue;
  field: PatternField;
  having: number;
  onFilter: Props['onFilter'];
}) {
  const percent = having > 0 ? (100 * value.count) / having : 0;
  return (
    <div className={classes.value}>
      <div className={classes.valueText}>
        <span className={classes.valueLabel} title={value.label}>
          {value.label === '' ? '(empty)' : value.label.slice(0, 200)}
        </span>
        <span className={classes.valuePercent} title={`${formatCount(value.count)} documents`}>
          {percent.toFixed(1)}%
        </span>
        <div className={classes.valueTrack} aria-hidden>
          <div style={{ width: `${Math.min(percent, 100)}%` }} />
        </div>
      </div>
      {field.searchable && (
        <>
          <ActionIcon
            size={20}
            variant="subtle"
            aria-label={`Filter for ${value.label}`}
            title="Filter for value"
            data-test-subj={`plus-${field.name}-${value.label}`}
            onClick={() => onFilter(field.name, value.value, false)}
          >
            <IconZoomIn size={14} />
          </ActionIcon>
          <ActionIcon
            size={20}
            variant="subtle"
            aria-label={`Filter out ${value.label}`}
            title="Filter out value"
            data-test-subj={`minus-${field.name}-${value.label}`}
            onClick={() => onFilter(field.name, value.value, true)}
          >
            <IconZoomOut size={14} />
          </ActionIcon>
        </>
      )}
    </div>
  );
}

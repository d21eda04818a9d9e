import { Button, Group, NativeSelect, NumberInput, Text } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useState } from 'react';
import type { RefreshInterval } from '../../base/urlState';

const UNITS: readonly (readonly [string, number])[] = [
  ['seconds', 1000],
  ['minutes', 60_000],
  ['hours', 3_600_000],
];

function splitInterval(millis: number): [number, number] {
  const unit = [...UNITS].reverse().find(([, size]) => millis >= size && millis % size === 0)?.[1] ?? 1000;
  return [Math.max(1, Math.round(millis / unit)), unit];
}

/** Sets, starts and stops automatic refresh. */
export function RefreshForm({
  refresh,
  onRefresh,
}: {
  refresh: RefreshInterval;
  onRefresh: (refresh: RefreshInterval) => void;
}) {
  const [startCount, startUnit] = splitInterval(refresh.value || 10_000);
  const [count, setCount] = useState<string | number>(startCount);
  const [unit, setUnit] = useState(startUnit);
  const running = !refresh.pause && refresh.value > 0;
  const value = Math.max(1, Math.round(Number(count)) || 1) * unit;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onRefresh({ pause: running, value });
      }}
    >
      <Text size="xs" c="dimmed" fw={600} mb={4}>
        Refresh every
      </Text>
      <Group gap={6} wrap="nowrap">
        <NumberInput
          size="xs"
          aria-label="Refresh interval"
          value={count}
          min={1}
          onChange={setCount}
          w={90}
          data-test-subj="superDatePickerRefreshIntervalInput"
        />
        <NativeSelect
          size="xs"
          aria-label="Unit of the refresh interval"
          value={String(unit)}
          onChange={(event) => setUnit(Number(event.currentTarget.value))}
          data={UNITS.map(([label, size]) => ({ value: String(size), label }))}
          style={{ flex: 1 }}
        />
        <Button
          size="xs"
          type="submit"
          variant="light"
          leftSection={running ? <IconPlayerStop size={14} /> : <IconPlayerPlay size={14} />}
          data-test-subj="superDatePickerToggleRefreshButton"
        >
          {running ? 'Stop' : 'Start'}
        </Button>
      </Group>
    </form>
  );
}

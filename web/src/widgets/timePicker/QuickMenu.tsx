import { Button, Divider, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import {
  describeRange,
  parseRelative,
  QUICK_RANGES,
  UNIT_NAMES,
  type TimeRange,
} from '../../base/time/range';
import { now } from '../../base/time/clock';
import type { Zone } from '../../base/time/zone';
import type { RefreshInterval } from '../../base/urlState';
import { recentRanges } from './recent';
import { RefreshForm } from './RefreshForm';
import classes from './TimePicker.module.css';

interface Props {
  range: TimeRange;
  refresh: RefreshInterval;
  zone: Zone;
  onRange: (range: TimeRange) => void;
  onRefresh: (refresh: RefreshInterval) => void;
}

function RangeList({
  title,
  ranges,
  zone,
  onPick,
}: {
  title: string;
  ranges: readonly TimeRange[];
  zone: Zone;
  onPick: (range: TimeRange) => void;
}) {
  return (
    <section aria-label={title}>
      <Text size="xs" c="dimmed" fw={600} mb={4}>
        {title}
      </Text>
      <div className={classes.ranges}>
        {ranges.map((range) => {
          const label = describeRange(range, now(), zone);
          return (
            <button
              type="button"
              key={`${range.from} ${range.to}`}
              className={classes.range}
              data-test-subj={`superDatePickerCommonlyUsed_${label.replaceAll(' ', '_')}`}
              onClick={() => onPick({ from: range.from, to: range.to })}
            >
              {label}
            </button>
          );
        })}
      </div>
    </section>
  );
}

function QuickSelect({ range, onRange }: Pick<Props, 'range' | 'onRange'>) {
  const current = parseRelative(range.from === 'now' ? range.to : range.from);
  const [tense, setTense] = useState(current?.sign === '+' ? 'next' : 'last');
  const [count, setCount] = useState<string | number>(current?.count ?? 15);
  const [unit, setUnit] = useState(current?.unit ?? 'm');
  const apply = (): void => {
    const amount = Math.max(1, Math.round(Number(count)) || 1);
    onRange(
      tense === 'last'
        ? { from: `now-${amount}${unit}`, to: 'now' }
        : { from: 'now', to: `now+${amount}${unit}` },
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Text size="xs" c="dimmed" fw={600} mb={4}>
        Quick select
      </Text>
      <Group gap={6} wrap="nowrap">
        <NativeSelect
          size="xs"
          aria-label="Tense"
          value={tense}
          onChange={(event) => setTense(event.currentTarget.value)}
          data={[
            { value: 'last', label: 'Last' },
            { value: 'next', label: 'Next' },
          ]}
          w={74}
        />
        <NumberInput size="xs" aria-label="Count" value={count} onChange={setCount} min={1} w={70} />
        <NativeSelect
          size="xs"
          aria-label="Unit"
          value={unit}
          onChange={(event) => setUnit(event.currentTarget.value)}
          data={UNIT_NAMES.map(([value, label]) => ({ value, label: `${label}s` }))}
          style={{ flex: 1 }}
        />
        <Button size="xs" type="submit" data-test-subj="superDatePickerApplyQuickSelect">
          Apply
        </Button>
      </Group>
    </form>
  );
}

/** Quick select, commonly and recently used ranges, automatic refresh. */
export function QuickMenu({ range, refresh, zone, onRange, onRefresh }: Props) {
  const recent = recentRanges();
  return (
    <Stack gap="sm" w={330}>
      <QuickSelect range={range} onRange={onRange} />
      <Divider />
      <RangeList title="Commonly used" ranges={QUICK_RANGES} zone={zone} onPick={onRange} />
      {recent.length > 0 && (
        <>
          <Divider />
          <RangeList title="Recently used" ranges={recent.slice(0, 6)} zone={zone} onPick={onRange} />
        </>
      )}
      <Divider />
      <RefreshForm refresh={refresh} onRefresh={onRefresh} />
    </Stack>
  );
}

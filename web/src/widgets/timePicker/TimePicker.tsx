import { Button, Divider, Group, Popover, Text } from '@mantine/core';
import { IconCalendarTime, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { formatDuration } from '../../base/time/format';
import { describeRange, rangeBounds, type TimeRange } from '../../base/time/range';
import { now } from '../../base/time/clock';
import type { Zone } from '../../base/time/zone';
import type { RefreshInterval } from '../../base/urlState';
import { EndEditor } from './EndEditor';
import { QuickMenu } from './QuickMenu';
import { rememberRange } from './recent';
import classes from './TimePicker.module.css';

export interface TimePickerProps {
  range: TimeRange;
  refresh: RefreshInterval;
  zone: Zone;
  onRange: (range: TimeRange) => void;
  onRefresh: (refresh: RefreshInterval) => void;
}

/** The time range: quick menu, exact ends, automatic refresh. */
export function TimePicker({ range, refresh, zone, onRange, onRefresh }: TimePickerProps) {
  const [open, setOpen] = useState<'quick' | 'exact' | null>(null);
  const pick = (next: TimeRange): void => {
    rememberRange(next);
    onRange(next);
    setOpen(null);
  };
  const running = !refresh.pause && refresh.value > 0;
  return (
    <div className={classes.picker}>
      <Popover
        opened={open === 'quick'}
        onChange={(opened) => !opened && setOpen(null)}
        position="bottom-end"
        shadow="md"
        trapFocus
      >
        <Popover.Target>
          <Button
            size="sm"
            variant="default"
            className={classes.quick}
            aria-label="Time: quick menu"
            aria-expanded={open === 'quick'}
            data-test-subj="superDatePickerToggleQuickMenuButton"
            onClick={() => setOpen(open === 'quick' ? null : 'quick')}
          >
            <IconCalendarTime size={16} stroke={1.7} />
            {running && <span className={classes.running}>{formatDuration(refresh.value)}</span>}
            <IconChevronDown size={13} />
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <QuickMenu {...{ range, refresh, zone, onRefresh }} onRange={pick} />
        </Popover.Dropdown>
      </Popover>
      <Popover
        opened={open === 'exact'}
        onChange={(opened) => !opened && setOpen(null)}
        position="bottom-end"
        shadow="md"
        trapFocus
      >
        <Popover.Target>
          <Button
            size="sm"
            variant="default"
            className={classes.dates}
            aria-expanded={open === 'exact'}
            title={`${range.from} → ${range.to}`}
            data-test-subj="superDatePickerShowDatesButton"
            onClick={() => setOpen(open === 'exact' ? null : 'exact')}
          >
            {describeRange(range, now(), zone)}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          {open === 'exact' && <RangeEditor range={range} zone={zone} onApply={pick} />}
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

function RangeEditor({
  range,
  zone,
  onApply,
}: {
  range: TimeRange;
  zone: Zone;
  onApply: (range: TimeRange) => void;
}) {
  const [draft, setDraft] = useState(range);
  const bounds = rangeBounds(draft, now(), zone);
  return (
    <>
      <Group align="start" gap="md" className={classes.ends}>
        <EndEditor
          label="From"
          name="start"
          value={draft.from}
          zone={zone}
          onChange={(from) => setDraft({ ...draft, from })}
        />
        <Divider orientation="vertical" />
        <EndEditor
          label="To"
          name="end"
          value={draft.to}
          zone={zone}
          onChange={(to) => setDraft({ ...draft, to })}
        />
      </Group>
      <Group justify="space-between" mt="sm">
        <Text size="xs" c={bounds ? 'dimmed' : 'red'}>
          {bounds ? formatDuration(bounds.max - bounds.min) : 'the end is before the beginning'}
        </Text>
        <Button
          size="xs"
          disabled={!bounds}
          onClick={() => onApply(draft)}
          data-test-subj="superDatePickerApplyTimeButton"
        >
          Apply
        </Button>
      </Group>
    </>
  );
}

import {
  Button,
  Checkbox,
  Group,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import { parseDateMath } from '../../base/time/datemath';
import { formatDate } from '../../base/time/format';
import { formatRelative, parseRelative, UNIT_NAMES } from '../../base/time/range';
import { now } from '../../base/time/clock';
import { fromWall, type Zone } from '../../base/time/zone';

interface Props {
  label: string;
  name: 'start' | 'end';
  value: string;
  zone: Zone;
  onChange: (value: string) => void;
}

type Mode = 'absolute' | 'relative' | 'now';

function modeOf(value: string): Mode {
  return value === 'now' ? 'now' : parseRelative(value) ? 'relative' : 'absolute';
}

const WALL = 'YYYY-MM-DD HH:mm:ss.SSS';

/** One end of the time range: absolute, relative or now. */
export function EndEditor({ label, name, value, zone, onChange }: Props) {
  const mode = modeOf(value);
  const millis = parseDateMath(value, { now: now(), zone, roundUp: name === 'end' });
  const setMode = (next: string): void => {
    if (next === 'now') onChange('now');
    else if (next === 'relative') onChange(name === 'start' ? 'now-15m' : 'now-0m');
    else onChange(new Date(millis ?? now()).toISOString());
  };
  return (
    <Stack gap="xs" w={262} role="group" aria-label={label}>
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <SegmentedControl
          size="xs"
          value={mode}
          onChange={setMode}
          aria-label={`Kind of ${label.toLowerCase()}`}
          data={[
            { value: 'absolute', label: 'Absolute' },
            { value: 'relative', label: 'Relative' },
            { value: 'now', label: 'Now' },
          ]}
        />
      </Group>
      {mode === 'absolute' && <AbsoluteEnd {...{ name, value, zone, onChange, millis }} />}
      {mode === 'relative' && <RelativeEnd {...{ name, value, onChange }} />}
      <Text size="xs" c={millis === null ? 'red' : 'dimmed'} role={millis === null ? 'alert' : undefined}>
        {millis === null
          ? `cannot read "${value}" as a date`
          : formatDate(millis, 'ddd, MMM D, YYYY @ HH:mm:ss.SSS Z', zone)}
      </Text>
    </Stack>
  );
}

function AbsoluteEnd({
  name,
  value,
  zone,
  onChange,
  millis,
}: Omit<Props, 'label'> & { millis: number | null }) {
  const isIso = value.endsWith('Z') && millis !== null;
  const setDay = (day: string | null): void => {
    if (day === null) return;
    const clock = millis === null ? '00:00:00.000' : formatDate(millis, 'HH:mm:ss.SSS', zone);
    onChange(new Date(fromWall(Date.parse(`${day}T${clock}Z`), zone)).toISOString());
  };
  const shown = millis !== null ? formatDate(millis, WALL, zone) : value;
  return (
    <>
      <DatePicker
        size="xs"
        value={shown.slice(0, 10)}
        date={millis === null ? undefined : shown.slice(0, 10)}
        onChange={setDay}
      />
      <TextInput
        size="xs"
        key={isIso ? shown : name}
        defaultValue={isIso ? shown : value}
        aria-label="Date and time"
        data-test-subj={`superDatePicker${name === 'start' ? 'Start' : 'End'}AbsoluteInput`}
        onChange={(event) => onTyped(event.currentTarget.value)}
        onBlur={(event) => onTyped(event.currentTarget.value, true)}
      />
    </>
  );

  function onTyped(text: string, done = false): void {
    const parsed = parseDateMath(text, { now: now(), zone, roundUp: name === 'end' });
    if (done && parsed !== null) onChange(new Date(parsed).toISOString());
    else if (done) onChange(text);
  }
}

function RelativeEnd({ name, value, onChange }: Pick<Props, 'name' | 'value' | 'onChange'>) {
  const parts = parseRelative(value) ?? { sign: '-' as const, count: 15, unit: 'm', round: false };
  const units = UNIT_NAMES.flatMap(([unit, label]) => [
    { value: `-${unit}`, label: `${label}s ago` },
    { value: `+${unit}`, label: `${label}s from now` },
  ]);
  return (
    <>
      <Group gap={6} wrap="nowrap">
        <NumberInput
          size="xs"
          w={90}
          min={0}
          aria-label="Count"
          data-test-subj={`superDatePickerRelativeDateInputNumber-${name}`}
          value={parts.count}
          onChange={(count) =>
            onChange(formatRelative({ ...parts, count: Math.max(0, Math.round(Number(count)) || 0) }))
          }
        />
        <NativeSelect
          size="xs"
          aria-label="Unit"
          style={{ flex: 1 }}
          value={parts.sign + parts.unit}
          data={units.sort((a, b) => (a.value[0] === b.value[0] ? 0 : a.value.startsWith('-') ? -1 : 1))}
          onChange={(event) => {
            const choice = event.currentTarget.value;
            onChange(formatRelative({ ...parts, sign: choice[0] as '-' | '+', unit: choice.slice(1) }));
          }}
        />
      </Group>
      <Checkbox
        size="xs"
        label="Round to the unit"
        checked={parts.round}
        onChange={(event) => onChange(formatRelative({ ...parts, round: event.currentTarget.checked }))}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        onClick={() => onChange('now')}
        style={{ alignSelf: 'start' }}
      >
        Set to now
      </Button>
    </>
  );
}

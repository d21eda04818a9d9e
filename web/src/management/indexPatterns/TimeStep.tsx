import { Button, Group, Loader, NativeSelect, Paper, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useFields } from '../../base/indexPatterns';
import { Failure } from '../../widgets/Failure';
import { timeFields } from './naming';

const NO_TIME = 'I don’t want to use the time filter';

interface Props {
  title: string;
  onBack: () => void;
  /** Gets the time field, or null for none. */
  onCreate: (timeField: string | null) => Promise<void>;
}

/** Step 2: the field that holds the time of a document. */
export function TimeStep({ title, onBack, onCreate }: Props) {
  const fields = useFields(title);
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const offered = timeFields(fields.data ?? []);
  const value = chosen ?? offered[0] ?? NO_TIME;
  const create = async () => {
    setBusy(true);
    await onCreate(value === NO_TIME ? null : value);
    setBusy(false);
  };
  return (
    <Paper withBorder p="lg">
      <Title order={2}>Step 2 of 2: Configure settings</Title>
      <Text mt="xs">
        You’ve defined <b>{title}</b> as your index pattern.
      </Text>
      {fields.isPending && <Loader mt="md" />}
      {fields.isError && <Failure error={fields.error} onRetry={() => void fields.refetch()} />}
      {fields.isSuccess && (
        <NativeSelect
          mt="md"
          maw={420}
          label="Time field"
          description={
            offered.length > 0
              ? 'Discover narrows the documents down by the time in this field.'
              : 'The indices of this pattern have no date field.'
          }
          data={[...offered, NO_TIME]}
          value={value}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      )}
      <Group mt="xl" gap="xs">
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button loading={busy} disabled={!fields.isSuccess} onClick={() => void create()}>
          Create index pattern
        </Button>
      </Group>
    </Paper>
  );
}

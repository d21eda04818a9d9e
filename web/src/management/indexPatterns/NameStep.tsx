import { Alert, Badge, Button, Checkbox, Group, Paper, Table, Text, TextInput, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { loadIndexNames, type IndexName } from '../../base/indexNames';
import { useIndexPatterns } from '../../base/indexPatterns';
import { Failure } from '../../widgets/Failure';
import { checkName } from './naming';

const SHOWN = 20;
const REFRESH_MS = 5000;

interface Props {
  title: string;
  onChange: (title: string) => void;
  onNext: () => void;
}

/** Step 1: the name, with the indices it matches as they are right now. */
export function NameStep({ title, onChange, onNext }: Props) {
  const [hidden, setHidden] = useState(false);
  const names = useQuery({
    queryKey: ['index-names'],
    queryFn: ({ signal }) => loadIndexNames(signal),
    refetchInterval: REFRESH_MS,
  });
  const patterns = useIndexPatterns();
  const taken = (patterns.data ?? []).map((pattern) => pattern.title);
  const check = checkName(title, names.data ?? [], hidden, taken);
  const ready = names.isSuccess && check.problem === null;
  return (
    <Paper withBorder p="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onNext();
        }}
      >
        <Title order={2}>Step 1 of 2: Define index pattern</Title>
        <Group align="flex-start" mt="md" wrap="nowrap">
          <TextInput
            label="Index pattern name"
            description="Use * for any characters, and commas between several patterns."
            placeholder="logstash-*"
            value={title}
            onChange={(event) => onChange(event.currentTarget.value)}
            error={names.isSuccess ? check.problem : undefined}
            flex={1}
            maw={480}
            autoFocus
            spellCheck={false}
          />
          <Button type="submit" disabled={!ready} mt={43}>
            Next step
          </Button>
        </Group>
        <Checkbox
          mt="sm"
          label="Include system and hidden indices"
          checked={hidden}
          onChange={(event) => setHidden(event.currentTarget.checked)}
        />
      </form>
      {ready && check.taken && (
        <Alert mt="md" variant="light" icon={<IconInfoCircle size={18} />}>
          There is an index pattern {title.trim()} already. Going on keeps it, and lets you choose its time
          field.
        </Alert>
      )}
      {names.isError && <Failure error={names.error} onRetry={() => void names.refetch()} />}
      {names.isSuccess && <Matches check={check} total={check.offered.length} />}
    </Paper>
  );
}

function Matches({ check, total }: { check: ReturnType<typeof checkName>; total: number }) {
  const matching = check.matching.length > 0;
  return (
    <>
      <Text mt="lg" mb="xs" size="sm" aria-live="polite">
        {matching
          ? `The name matches ${count(check.matching.length)}:`
          : `Of ${count(total)}, none matches. There are:`}
      </Text>
      <IndexTable names={matching ? check.matching : check.offered} />
    </>
  );
}

function IndexTable({ names }: { names: IndexName[] }) {
  return (
    <>
      <Table withTableBorder aria-label="Indices">
        <Table.Tbody>
          {names.slice(0, SHOWN).map((index) => (
            <Table.Tr key={index.name}>
              <Table.Td>
                {index.name} {index.kind !== 'index' && <Badge variant="light">{index.kind}</Badge>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {names.length > SHOWN && (
        <Text size="xs" c="dimmed" mt={4}>
          and {names.length - SHOWN} more
        </Text>
      )}
    </>
  );
}

function count(number: number): string {
  return number === 1 ? '1 index' : `${number} indices`;
}

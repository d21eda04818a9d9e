import { Button, Checkbox, Group, List, Loader, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconRefresh, IconSearch, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { isHidden } from '../../base/indexNames';
import { formatBytes } from '../../base/size';
import { ConfirmModal } from '../../widgets/ConfirmModal';
import { Failure, notifyDone } from '../../widgets/Failure';
import { PageHead } from '../../widgets/PageHead';
import { IndexTable } from './IndexTable';
import { deleteIndices, loadIndices, type IndexRow } from './indices';

const QUERY_KEY = ['cat-indices'];
const REFRESH_MS = 10_000;

/** All indices with health, documents and size; they can be deleted here. */
export function IndicesPage() {
  const [text, setText] = useState('');
  const [hidden, setHidden] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const indices = useQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ signal }) => loadIndices(signal),
    refetchInterval: REFRESH_MS,
  });
  const rows = (indices.data ?? [])
    .filter((row) => hidden || !isHidden(row.name))
    .filter((row) => row.name.includes(text.trim()));
  const selected = rows.filter((row) => chosen.has(row.name));
  return (
    <>
      <PageHead title="Indices" text="Where the documents are. Old indices can be deleted to make room.">
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={indices.isFetching}
          onClick={() => void indices.refetch()}
        >
          Refresh
        </Button>
        <Button
          color="red"
          variant="light"
          leftSection={<IconTrash size={16} />}
          disabled={selected.length === 0}
          onClick={() => setAsking(true)}
        >
          Delete
        </Button>
      </PageHead>
      <Group mb="sm">
        <TextInput
          aria-label="Find indices"
          placeholder="Find indices"
          leftSection={<IconSearch size={15} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          flex={1}
        />
        <Checkbox
          label="Hidden indices"
          checked={hidden}
          onChange={(event) => setHidden(event.currentTarget.checked)}
        />
      </Group>
      {indices.isPending && <Loader />}
      {indices.isError && <Failure error={indices.error} onRetry={() => void indices.refetch()} />}
      {indices.isSuccess && (
        <>
          <Totals rows={rows} />
          <IndexTable rows={rows} chosen={chosen} onChoose={setChosen} />
        </>
      )}
      {asking && <DeleteModal rows={selected} onClose={() => setAsking(false)} />}
    </>
  );
}

function Totals({ rows }: { rows: IndexRow[] }) {
  const docs = rows.reduce((sum, row) => sum + row.docs, 0);
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  return (
    <Text size="sm" c="dimmed" mb="xs">
      {rows.length === 1 ? '1 index' : `${rows.length} indices`}, {docs.toLocaleString('en')} documents,{' '}
      {formatBytes(bytes)}
    </Text>
  );
}

function DeleteModal({ rows, onClose }: { rows: IndexRow[]; onClose: () => void }) {
  const client = useQueryClient();
  const title = rows.length === 1 ? 'Delete 1 index' : `Delete ${rows.length} indices`;
  const remove = async () => {
    try {
      await deleteIndices(rows.map((row) => row.name));
      notifyDone(rows.length === 1 ? 'Index deleted.' : `${rows.length} indices deleted.`);
    } finally {
      await client.invalidateQueries({ queryKey: QUERY_KEY });
    }
  };
  return (
    <ConfirmModal title={`${title}?`} action={title} onConfirm={remove} onClose={onClose}>
      <Text>Their documents are gone for good:</Text>
      <List mt="xs">
        {rows.map((row) => (
          <List.Item key={row.name}>
            {row.name} ({row.docs.toLocaleString('en')} documents)
          </List.Item>
        ))}
      </List>
    </ConfirmModal>
  );
}

import { Anchor, Button, Checkbox, List, Loader, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import {
  deleteObject,
  exportObjects,
  findObjects,
  type SavedObject,
  type SavedObjectType,
} from '../../base/savedObjects';
import { ConfirmModal } from '../../widgets/ConfirmModal';
import { Failure, notifyDone, notifyFailure } from '../../widgets/Failure';
import { Moment } from '../../widgets/Moment';
import { PageHead } from '../../widgets/PageHead';
import classes from '../Management.module.css';
import { ImportButton } from './ImportButton';
import { addressOf, nameOf } from './naming';

type AnyObject = SavedObject<{ title?: string; url?: string }>;

const TYPES: SavedObjectType[] = ['index-pattern', 'search', 'query', 'config', 'url'];
const QUERY_KEY = ['saved-objects', 'all'];

/** All saved objects: look through them, take them to another Kelp or Kibana, bring them from there. */
export function SavedObjectsPage() {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const objects = useQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ signal }) => findObjects<{ title?: string }>(TYPES, signal),
  });
  const all = objects.data ?? [];
  const selected = all.filter((object) => chosen.has(keyOf(object)));
  return (
    <>
      <PageHead title="Saved objects" text="Index patterns, searches, queries and settings.">
        <ImportButton />
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          disabled={all.length === 0}
          onClick={() => void download(selected.length > 0 ? selected : all)}
        >
          {selected.length > 0 ? `Export ${selected.length}` : 'Export all'}
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
      {objects.isPending && <Loader />}
      {objects.isError && <Failure error={objects.error} onRetry={() => void objects.refetch()} />}
      {objects.isSuccess && all.length === 0 && <Text>Nothing is saved yet.</Text>}
      {all.length > 0 && <ObjectTable objects={all} chosen={chosen} onChoose={setChosen} />}
      {asking && <DeleteModal objects={selected} onClose={() => setAsking(false)} />}
    </>
  );
}

interface TableProps {
  objects: AnyObject[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

function ObjectTable({ objects, chosen, onChoose }: TableProps) {
  const choose = (key: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(key);
    else next.delete(key);
    onChoose(next);
  };
  return (
    <div className={classes.scroll}>
      <Table highlightOnHover verticalSpacing={5} aria-label="Saved objects">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36} />
            <Table.Th>Type</Table.Th>
            <Table.Th>Title</Table.Th>
            <Table.Th>Updated</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {objects.map((object) => (
            <Table.Tr key={keyOf(object)}>
              <Table.Td>
                <Checkbox
                  size="xs"
                  aria-label={`Choose ${nameOf(object)}`}
                  checked={chosen.has(keyOf(object))}
                  onChange={(event) => choose(keyOf(object), event.currentTarget.checked)}
                />
              </Table.Td>
              <Table.Td>{object.type}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <ObjectLink object={object} />
              </Table.Td>
              <Table.Td>
                <Moment millis={Date.parse(object.updated_at ?? '')} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function ObjectLink({ object }: { object: AnyObject }) {
  const address = addressOf(object);
  return address === null ? nameOf(object) : <Anchor href={`#${address}`}>{nameOf(object)}</Anchor>;
}

function DeleteModal({ objects, onClose }: { objects: AnyObject[]; onClose: () => void }) {
  const client = useQueryClient();
  const title = objects.length === 1 ? 'Delete 1 object' : `Delete ${objects.length} objects`;
  const remove = async () => {
    try {
      for (const object of objects) await deleteObject(object.type, object.id);
      notifyDone('Deleted.');
    } finally {
      await client.invalidateQueries({ queryKey: ['saved-objects'] });
    }
  };
  return (
    <ConfirmModal title={`${title}?`} action={title} onConfirm={remove} onClose={onClose}>
      <List>
        {objects.map((object) => (
          <List.Item key={keyOf(object)}>
            {object.type}: {nameOf(object)}
          </List.Item>
        ))}
      </List>
    </ConfirmModal>
  );
}

async function download(objects: AnyObject[]): Promise<void> {
  try {
    const blob = new Blob([await exportObjects(objects)], { type: 'application/ndjson' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = 'export.ndjson';
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    notifyFailure('Nothing was exported', error);
  }
}

function keyOf(object: AnyObject): string {
  return `${object.type}:${object.id}`;
}

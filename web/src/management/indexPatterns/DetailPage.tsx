import { Badge, Button, Group, Loader, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconCompass, IconStar, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { INDEX_PATTERNS_KEY, useFields, useIndexPatterns } from '../../base/indexPatterns';
import { hashUrl, navigate } from '../../base/location';
import { deleteObject, getObject, type IndexPatternAttributes } from '../../base/savedObjects';
import { useSaveSettings, useSetting } from '../../base/settings';
import { ConfirmModal } from '../../widgets/ConfirmModal';
import { Failure, notifyDone, notifyFailure } from '../../widgets/Failure';
import { PageHead } from '../../widgets/PageHead';
import { PATHS } from '../sections';
import { FieldTable } from './FieldTable';
import { formatNames } from './formats';

/** One index pattern: its fields as they are now, and what can be done with it. */
export function DetailPage({ id }: { id: string }) {
  const object = useQuery({
    queryKey: [...INDEX_PATTERNS_KEY, id],
    queryFn: ({ signal }) => getObject<IndexPatternAttributes>('index-pattern', id, signal),
  });
  const attributes = object.data?.attributes;
  const fields = useFields(attributes?.title);
  if (object.isError) return <Failure error={object.error} onRetry={() => void object.refetch()} />;
  if (attributes === undefined) return <Loader />;
  return (
    <>
      <PageHead
        title={attributes.title}
        text="Every field of the matching indices with its type, read from Elasticsearch just now."
      >
        <Actions id={id} title={attributes.title} />
      </PageHead>
      <Group gap="xs" mb="md">
        <TimeBadge timeField={attributes.timeFieldName} />
        <DefaultBadge id={id} />
      </Group>
      {fields.isPending && <Loader />}
      {fields.isError && <Failure error={fields.error} onRetry={() => void fields.refetch()} />}
      {fields.isSuccess && (
        <FieldTable
          fields={fields.data}
          timeField={attributes.timeFieldName}
          formats={formatNames(attributes.fieldFormatMap)}
        />
      )}
    </>
  );
}

function TimeBadge({ timeField }: { timeField: string | undefined }) {
  if (timeField === undefined || timeField === '') return <Text c="dimmed">No time filter</Text>;
  return (
    <Badge variant="light" tt="none">
      Time field: {timeField}
    </Badge>
  );
}

function DefaultBadge({ id }: { id: string }) {
  if (useSetting('defaultIndex') !== id) return null;
  return (
    <Badge variant="light" color="teal" tt="none">
      Default
    </Badge>
  );
}

function Actions({ id, title }: { id: string; title: string }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const patterns = useIndexPatterns();
  const defaultId = useSetting('defaultIndex');
  const saveSettings = useSaveSettings();
  const makeDefault = async () => {
    try {
      await saveSettings({ defaultIndex: id });
      notifyDone(`${title} is the default now.`);
    } catch (error) {
      notifyFailure('The default was not changed', error);
    }
  };
  const remove = async () => {
    await deleteObject('index-pattern', id);
    const next = patterns.data?.find((pattern) => pattern.id !== id);
    if (defaultId === id) await saveSettings({ defaultIndex: next?.id ?? '' });
    navigate(PATHS.indexPatterns);
    // Exact: this page still stands and would ask for the pattern that is gone.
    await client.invalidateQueries({ queryKey: INDEX_PATTERNS_KEY, exact: true });
    notifyDone(`Index pattern ${title} deleted.`);
  };
  const discover = hashUrl('/discover', { _a: `(index:'${id.replace(/['!]/g, '!$&')}')` });
  return (
    <>
      <Button variant="default" component="a" href={discover} leftSection={<IconCompass size={16} />}>
        Discover
      </Button>
      {defaultId !== id && (
        <Button variant="default" leftSection={<IconStar size={16} />} onClick={() => void makeDefault()}>
          Set as default
        </Button>
      )}
      <Button variant="default" c="red" leftSection={<IconTrash size={16} />} onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && (
        <ConfirmModal
          title={`Delete index pattern ${title}?`}
          action="Delete"
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <Text>The indices and their documents stay.</Text>
        </ConfirmModal>
      )}
    </>
  );
}

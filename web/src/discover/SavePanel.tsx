import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createObject, updateObject, type SearchAttributes } from '../base/savedObjects';
import { writeSavedSearch } from './savedSearch';
import type { DiscoverStateHandle } from './useDiscoverState';

/** Saves the search: over the one that is open, or as a new one. */
export function SavePanel({
  handle,
  indexId,
  onDone,
}: {
  handle: DiscoverStateHandle;
  indexId: string;
  onDone: () => void;
}) {
  const { state, saved, update } = handle;
  const client = useQueryClient();
  const [title, setTitle] = useState(saved?.attributes.title ?? '');
  const [asNew, setAsNew] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);

  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const { attributes, references } = writeSavedSearch(state, title.trim(), indexId);
      const object =
        saved && !asNew
          ? await updateObject<SearchAttributes>('search', saved.id, attributes, references)
          : await createObject<SearchAttributes>('search', attributes, { references });
      await client.invalidateQueries({ queryKey: ['saved-objects', 'search'] });
      notifications.show({ message: `Search “${title.trim()}” was saved`, color: 'green' });
      update({ savedId: object.id, index: indexId });
      onDone();
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Title"
          required
          data-autofocus
          value={title}
          data-test-subj="savedObjectTitle"
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        {saved && (
          <Checkbox
            label="Save as new search"
            checked={asNew}
            data-test-subj="saveAsNewCheckbox"
            onChange={(event) => setAsNew(event.currentTarget.checked)}
          />
        )}
        <Text size="xs" c="dimmed">
          Saves query, filters, columns, sort and index pattern; not the time range.
        </Text>
        {error && (
          <Text size="sm" c="red" role="alert">
            {error.message}
          </Text>
        )}
        <Group justify="flex-end">
          <Button
            type="submit"
            loading={busy}
            disabled={title.trim() === ''}
            data-test-subj="confirmSaveSavedObjectButton"
          >
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Anchor, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { hashUrl } from '../base/location';
import { findObjects, type SearchAttributes } from '../base/savedObjects';
import classes from './panels.module.css';
import { searchPath } from './route';
import { globalText, type DiscoverState } from './state';

/** The saved searches as links. */
export function OpenPanel({ state, onDone }: { state: DiscoverState; onDone: () => void }) {
  const [text, setText] = useState('');
  const searches = useQuery({
    queryKey: ['saved-objects', 'search', 'list'],
    queryFn: ({ signal }) => findObjects<SearchAttributes>(['search'], signal),
  });
  const shown = (searches.data ?? []).filter((search) =>
    search.attributes.title.toLowerCase().includes(text.trim().toLowerCase()),
  );
  return (
    <Stack gap="xs">
      <TextInput
        placeholder="Search by title"
        aria-label="Search by title"
        data-autofocus
        value={text}
        data-test-subj="savedObjectFinderSearchInput"
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {searches.error && (
        <Text c="red" size="sm" role="alert">
          {searches.error.message}
        </Text>
      )}
      <ScrollArea.Autosize mah={420}>
        <ul className={classes.list}>
          {shown.map((search) => (
            <li key={search.id}>
              <Anchor
                href={hashUrl(searchPath(search.id), { _g: globalText(state) })}
                onClick={onDone}
                data-test-subj={`savedObjectTitle${search.attributes.title.replaceAll(' ', '-')}`}
              >
                {search.attributes.title}
              </Anchor>
              <Text span size="xs" c="dimmed">
                {search.updated_at ? new Date(search.updated_at).toLocaleString() : ''}
              </Text>
            </li>
          ))}
        </ul>
        {searches.data && shown.length === 0 && (
          <Text size="sm" c="dimmed">
            {searches.data.length === 0 ? 'No search was saved yet.' : 'No title matches.'}
          </Text>
        )}
      </ScrollArea.Autosize>
      <Anchor size="xs" href="#/management/kibana/objects">
        Manage saved objects
      </Anchor>
    </Stack>
  );
}

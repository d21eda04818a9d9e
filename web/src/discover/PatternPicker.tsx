import { Anchor, Menu, ScrollArea, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconDatabaseSearch, IconSettings } from '@tabler/icons-react';
import { useState } from 'react';
import type { IndexPattern } from '../base/indexPatterns';
import classes from './PatternPicker.module.css';

/** Chooses the index pattern. */
export function PatternPicker({
  patterns,
  pattern,
  onPick,
}: {
  patterns: readonly IndexPattern[];
  pattern: IndexPattern | undefined;
  onPick: (pattern: IndexPattern) => void;
}) {
  const [search, setSearch] = useState('');
  const shown = patterns.filter((known) => known.title.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <Menu position="bottom-start" width={300} onClose={() => setSearch('')}>
      <Menu.Target>
        <button
          type="button"
          className={classes.target}
          data-test-subj="indexPattern-switch-link"
          aria-label={`Index pattern: ${pattern?.title ?? 'none'}`}
        >
          <IconDatabaseSearch size={15} />
          <span>{pattern?.title ?? 'No index pattern'}</span>
          <IconChevronDown size={13} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {patterns.length > 6 && (
          <TextInput
            size="xs"
            m={4}
            placeholder="Search"
            aria-label="Search index patterns"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        <ScrollArea.Autosize mah={320}>
          {shown.map((known) => (
            <Menu.Item
              key={known.id}
              onClick={() => onPick(known)}
              aria-current={known.id === pattern?.id || undefined}
              fw={known.id === pattern?.id ? 600 : undefined}
            >
              {known.title}
              {known.timeField === undefined && (
                <Text span size="xs" c="dimmed">
                  {' '}
                  no time field
                </Text>
              )}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
        <Menu.Divider />
        <Menu.Item
          component="a"
          href="#/management/kibana/index_patterns"
          leftSection={<IconSettings size={15} />}
        >
          Manage index patterns
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** There is nothing to search yet. */
export function NoPattern() {
  return (
    <div className={classes.none} data-test-subj="discoverNoIndexPatterns">
      <h2>No logs yet</h2>
      <p>
        There is no index pattern, and no index named <code>logstash-*</code> that one could be offered for.
        As soon as logs arrive there, they can be read here.
      </p>
      <p>
        For indices of another name,{' '}
        <Anchor href="#/management/kibana/index_pattern">create an index pattern</Anchor>.
      </p>
    </div>
  );
}

import { Button, Group, Loader, Paper, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { SETTINGS, useSaveSettings, useSettings, type SettingName } from '../../base/settings';
import { notifyDone, notifyFailure } from '../../widgets/Failure';
import { PageHead } from '../../widgets/PageHead';
import { parseSetting } from './parse';

/** The default index pattern is set on the pattern's own page. */
const SHOWN = (Object.keys(SETTINGS) as SettingName[]).filter((name) => name !== 'defaultIndex');

/** Settings for all users, by Kibana's names. */
export function SettingsPage() {
  const { values, isPending } = useSettings();
  if (isPending) return <Loader />;
  return (
    <>
      <PageHead title="Advanced settings" text="For all users of this Elasticsearch." />
      {SHOWN.map((name) => {
        const value = String(values[name] ?? SETTINGS[name].value);
        return <SettingRow key={`${name}=${value}`} name={name} saved={value} />;
      })}
    </>
  );
}

function SettingRow({ name, saved }: { name: SettingName; saved: string }) {
  const [text, setText] = useState(saved);
  const save = useSaveSettings();
  const standard = SETTINGS[name].value;
  const parsed = parseSetting(name, text);
  const store = async (value: string | number) => {
    try {
      await save({ [name]: value });
      notifyDone(`${name} saved.`);
    } catch (error) {
      notifyFailure(`${name} was not saved`, error);
    }
  };
  return (
    <Paper withBorder p="md" mb="sm">
      <Group align="flex-end" wrap="nowrap">
        <TextInput
          label={name}
          description={SETTINGS[name].text}
          value={text}
          error={parsed.problem}
          onChange={(event) => setText(event.currentTarget.value)}
          flex={1}
        />
        <Button disabled={text === saved || parsed.problem !== null} onClick={() => void store(parsed.value)}>
          Save
        </Button>
      </Group>
      {saved !== String(standard) && (
        <Text size="xs" c="dimmed" mt={6}>
          Default: {standard}{' '}
          <Button size="compact-xs" variant="subtle" onClick={() => void store(standard)}>
            Reset
          </Button>
        </Text>
      )}
    </Paper>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { INDEX_PATTERNS_KEY, useIndexPatterns } from '../../base/indexPatterns';
import { navigate } from '../../base/location';
import { createObject, type IndexPatternAttributes } from '../../base/savedObjects';
import { SETTINGS, useSaveSettings, useSettings } from '../../base/settings';
import { notifyDone, notifyFailure } from '../../widgets/Failure';
import { PageHead } from '../../widgets/PageHead';
import { indexPatternPath } from '../sections';
import { NameStep } from './NameStep';
import { TimeStep } from './TimeStep';

/** Makes an index pattern in two steps: its name, then its time field. */
export function CreatePage() {
  const [title, setTitle] = useState('logstash-*');
  const [named, setNamed] = useState(false);
  const create = useCreate();
  return (
    <>
      <PageHead
        title="Create index pattern"
        text="An index pattern can match a single index, such as logstash-2026.11.23, or many: logstash-*."
      />
      {named ? (
        <TimeStep title={title} onBack={() => setNamed(false)} onCreate={(field) => create(title, field)} />
      ) : (
        <NameStep
          title={title}
          onChange={setTitle}
          onNext={() => {
            setTitle(title.trim());
            setNamed(true);
          }}
        />
      )}
    </>
  );
}

/** Saves the pattern, makes the first one the default, and goes to its page. */
function useCreate(): (title: string, timeField: string | null) => Promise<void> {
  const client = useQueryClient();
  const patterns = useIndexPatterns();
  const settings = useSettings();
  const saveSettings = useSaveSettings();
  return async (title, timeField) => {
    const attributes: IndexPatternAttributes = { title };
    if (timeField !== null) attributes.timeFieldName = timeField;
    const existing = patterns.data?.find((pattern) => pattern.title === title);
    try {
      const created = await createObject('index-pattern', attributes, {
        ...(existing && { id: existing.id, overwrite: true }),
      });
      const defaultId = settings.values.defaultIndex ?? SETTINGS.defaultIndex.value;
      if (!patterns.data?.some((pattern) => pattern.id === defaultId)) {
        await saveSettings({ defaultIndex: created.id });
      }
      await client.invalidateQueries({ queryKey: INDEX_PATTERNS_KEY });
      notifyDone(`Index pattern ${title} ${existing ? 'saved' : 'created'}.`);
      navigate(indexPatternPath(created.id));
    } catch (error) {
      notifyFailure('The index pattern was not created', error);
    }
  };
}

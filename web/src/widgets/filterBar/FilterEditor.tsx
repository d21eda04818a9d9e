import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { filterParts, type FilterParts } from '../../base/filters/describe';
import { buildFilter, customFilter, filterClause, type Filter } from '../../base/filters/filter';
import { isJsonObject } from '../../base/rison';
import type { PatternField } from '../../base/search/fields';
import type { QueryClause } from '../../base/search/types';
import type { SuggestValues } from '../queryBar/suggest';
import { DslInput } from './DslInput';
import { PartsForm } from './PartsForm';

interface Props {
  /** The filter to edit; absent for a new one. */
  filter?: Filter;
  fields: readonly PatternField[];
  indexId: string;
  suggestValues: SuggestValues;
  onSave: (filter: Filter) => void;
  onCancel: () => void;
}

const BLANK: FilterParts = { field: '', operator: 'is', values: [], range: {} };

function parseClause(text: string): QueryClause | string {
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value) || Object.keys(value).length === 0)
      return 'wanted an object such as {"match": {"field": "value"}}';
    return Object.keys(value).length === 1 && isJsonObject(value['query']) ? value['query'] : value;
  } catch (error) {
    return (error as Error).message;
  }
}

function isComplete(parts: FilterParts): boolean {
  if (parts.field === '') return false;
  if (parts.operator.includes('exist')) return true;
  if (parts.operator.includes('between'))
    return parts.range.gte !== undefined || parts.range.lt !== undefined;
  return parts.values.length > 0 && parts.values[0] !== '';
}

/** Makes or changes a filter: by form, or as Query DSL. */
export function FilterEditor({ filter, fields, indexId, suggestValues, onSave, onCancel }: Props) {
  const known = filter ? filterParts(filter) : BLANK;
  const [parts, setParts] = useState<FilterParts>(known ?? BLANK);
  const [asDsl, setAsDsl] = useState(known === null);
  const [dsl, setDsl] = useState(() =>
    JSON.stringify((filter && filterClause(filter)) ?? { match: { field: 'value' } }, null, 2),
  );
  const [label, setLabel] = useState(filter?.meta.alias ?? '');
  const clause = asDsl ? parseClause(dsl) : null;
  const valid = asDsl ? typeof clause !== 'string' : isComplete(parts);

  const make = (): Filter => {
    const index = filter?.meta.index ?? indexId;
    const made = asDsl
      ? customFilter(index, clause as QueryClause)
      : buildFilter(index, parts.field, parts.operator, parts.values, parts.range);
    const negate = asDsl ? filter?.meta.negate === true : made.meta.negate === true;
    const state = filter?.$state ?? made.$state ?? { store: 'appState' as const };
    return {
      ...made,
      $state: state,
      meta: { ...made.meta, negate, disabled: filter?.meta.disabled === true, alias: label.trim() || null },
    };
  };
  const toggle = (): void => {
    if (!asDsl && isComplete(parts)) setDsl(JSON.stringify(filterClause(make()), null, 2));
    setAsDsl(!asDsl);
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onSave(make());
      }}
    >
      <Stack gap="sm" w={420} maw="80vw">
        <Group justify="space-between">
          <Text size="sm" fw={600}>
            {filter ? 'Edit filter' : 'Add filter'}
          </Text>
          <Anchor component="button" type="button" size="xs" data-test-subj="editQueryDSL" onClick={toggle}>
            {asDsl ? 'Edit as form' : 'Edit as Query DSL'}
          </Anchor>
        </Group>
        {asDsl ? (
          <DslInput value={dsl} error={typeof clause === 'string' ? clause : null} onChange={setDsl} />
        ) : (
          <PartsForm parts={parts} fields={fields} suggestValues={suggestValues} onChange={setParts} />
        )}
        <TextInput
          size="xs"
          label="Label"
          placeholder="Shown in place of the filter"
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
          data-test-subj="createCustomLabel"
        />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="subtle" onClick={onCancel} data-test-subj="cancelSaveFilter">
            Cancel
          </Button>
          <Button size="xs" type="submit" disabled={!valid} data-test-subj="saveFilter">
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

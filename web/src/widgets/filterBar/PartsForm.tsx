import { Autocomplete, Group, NativeSelect, Select, TagsInput, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { FilterParts } from '../../base/filters/describe';
import { OPERATORS, type Operator } from '../../base/filters/filter';
import type { FieldKind, PatternField } from '../../base/search/fields';
import type { Json } from '../../base/search/types';
import type { SuggestValues } from '../queryBar/suggest';

interface Props {
  parts: FilterParts;
  fields: readonly PatternField[];
  suggestValues: SuggestValues;
  onChange: (parts: FilterParts) => void;
}

const ORDERED: readonly FieldKind[] = ['number', 'date', 'ip'];

function useValues(field: string, prefix: string, suggestValues: SuggestValues): string[] {
  const [values, setValues] = useState<string[]>([]);
  useEffect(() => {
    if (field === '') return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      // Suggestions only help: without them the value is typed.
      suggestValues(field, prefix, abort.signal).then(setValues, () => setValues([]));
    }, 120);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [field, prefix, suggestValues]);
  return values;
}

function typed(text: string, kind: FieldKind | undefined): Json {
  if (kind === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Field, operator and values of a filter. */
export function PartsForm({ parts, fields, suggestValues, onChange }: Props) {
  const field = fields.find((known) => known.name === parts.field);
  const [search, setSearch] = useState('');
  const values = useValues(field && field.kind !== 'date' ? field.name : '', search, suggestValues);
  const names = fields.filter((known) => known.searchable).map((known) => known.name);
  const operators = OPERATORS.filter(
    (operator) => !operator.includes('between') || !field || ORDERED.includes(field.kind),
  );
  return (
    <>
      <Group gap="xs" grow preventGrowOverflow={false} wrap="nowrap">
        <Select
          size="xs"
          label="Field"
          searchable
          data={parts.field !== '' && !names.includes(parts.field) ? [parts.field, ...names] : names}
          value={parts.field || null}
          limit={200}
          comboboxProps={{ withinPortal: false }}
          data-test-subj="filterFieldSuggestionList"
          onChange={(name) => onChange({ ...parts, field: name ?? '', values: [], range: {} })}
        />
        <NativeSelect
          size="xs"
          label="Operator"
          w={140}
          data={[...operators]}
          value={parts.operator}
          data-test-subj="filterOperatorList"
          onChange={(event) => onChange({ ...parts, operator: event.currentTarget.value as Operator })}
        />
      </Group>
      {parts.operator.endsWith('one of') && (
        <TagsInput
          size="xs"
          label="Values"
          data={values}
          value={parts.values.map(String)}
          comboboxProps={{ withinPortal: false }}
          data-test-subj="filterParams"
          onSearchChange={setSearch}
          onChange={(next) => onChange({ ...parts, values: next.map((text) => typed(text, field?.kind)) })}
        />
      )}
      {(parts.operator === 'is' || parts.operator === 'is not') && (
        <Autocomplete
          size="xs"
          label="Value"
          data={values}
          value={String(parts.values[0] ?? '')}
          comboboxProps={{ withinPortal: false }}
          data-test-subj="filterParams"
          onChange={(text) => {
            setSearch(text);
            onChange({ ...parts, values: [typed(text, field?.kind)] });
          }}
        />
      )}
      {parts.operator.includes('between') && <RangeForm {...{ parts, onChange }} kind={field?.kind} />}
    </>
  );
}

function RangeForm({
  parts,
  kind,
  onChange,
}: Pick<Props, 'parts' | 'onChange'> & { kind: FieldKind | undefined }) {
  const hint = kind === 'date' ? 'now-1d, 2026-11-23T10:00:00Z' : '';
  const set = (end: 'gte' | 'lt', text: string): void => {
    const range = { ...parts.range };
    if (text === '') delete range[end];
    else range[end] = typed(text, kind) as string | number;
    onChange({ ...parts, range });
  };
  return (
    <Group gap="xs" grow>
      <TextInput
        size="xs"
        label="From (included)"
        placeholder={hint}
        value={String(parts.range.gte ?? '')}
        onChange={(event) => set('gte', event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label="To (not included)"
        placeholder={hint}
        value={String(parts.range.lt ?? '')}
        onChange={(event) => set('lt', event.currentTarget.value)}
      />
    </Group>
  );
}

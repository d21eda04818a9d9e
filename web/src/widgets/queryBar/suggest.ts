/** Completions of a KQL text: what the list below the query bar offers. */

import { completionSlots, type Slot } from '../../base/kql/complete';
import { escapeKql, quoteKql } from '../../base/kql/parser';
import type { PatternField } from '../../base/search/fields';

export interface Suggestion {
  kind: 'field' | 'operator' | 'value' | 'conjunction' | 'recent';
  /** What is written in place of `from`–`to`. */
  text: string;
  label: string;
  note: string;
  from: number;
  to: number;
  field?: PatternField;
}

export type SuggestValues = (field: string, prefix: string, signal: AbortSignal) => Promise<string[]>;

const MOST = 40;

const OPERATORS: readonly (readonly [string, string, boolean])[] = [
  [':', 'equals some value', false],
  [': *', 'exists in any form', false],
  ['<', 'is less than some value', true],
  ['<=', 'is less than or equal to some value', true],
  ['>', 'is greater than some value', true],
  ['>=', 'is greater than or equal to some value', true],
];

function rank(name: string, prefix: string): number {
  const lower = name.toLowerCase();
  const at = lower.indexOf(prefix.toLowerCase());
  if (at < 0) return 9;
  if (at === 0) return lower.length === prefix.length ? 0 : 1;
  return '._-@'.includes(lower[at - 1] ?? '') ? 2 : 3;
}

function fieldItems(slot: Slot & { kind: 'field' }, fields: readonly PatternField[]): Suggestion[] {
  const path = slot.nestedPath === '' ? '' : `${slot.nestedPath}.`;
  return fields
    .filter((field) => field.searchable && field.name.startsWith(path))
    .map((field) => ({
      field,
      name: field.name.slice(path.length),
      rank: rank(field.name.slice(path.length), slot.prefix),
    }))
    .filter((item) => item.rank < 9)
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ field, name }) => ({
      kind: 'field' as const,
      text: `${escapeKql(name)} `,
      label: name,
      note: field.esTypes.join(', '),
      from: slot.from,
      to: slot.to,
      field,
    }));
}

function operatorItems(slot: Slot & { kind: 'operator' }, fields: readonly PatternField[]): Suggestion[] {
  const field = fields.find((known) => known.name === slot.field);
  if (!field) return [];
  const ordered = field.kind === 'number' || field.kind === 'date' || field.kind === 'ip';
  return OPERATORS.filter(([, , needsOrder]) => ordered || !needsOrder).map(([sign, note]) => ({
    kind: 'operator',
    text: `${sign} `,
    label: sign,
    note,
    from: slot.from,
    to: slot.to,
  }));
}

function conjunctionItems(slot: Slot & { kind: 'conjunction' }): Suggestion[] {
  const words = [
    ['and', 'requires both to be true'],
    ['or', 'requires one or both to be true'],
  ] as const;
  return words
    .filter(
      ([word]) =>
        word.startsWith(slot.prefix.toLowerCase()) &&
        (slot.prefix === '' || word !== slot.prefix.toLowerCase()),
    )
    .map(([word, note]) => ({
      kind: 'conjunction',
      text: `${word} `,
      label: word,
      note,
      from: slot.from,
      to: slot.to,
    }));
}

async function valueItems(
  slot: Slot & { kind: 'value' },
  fields: readonly PatternField[],
  values: SuggestValues,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  const field = fields.find((known) => known.name === slot.field);
  if (!field || field.kind === 'date') return [];
  const found = field.kind === 'boolean' ? ['true', 'false'] : await values(field.name, slot.prefix, signal);
  return found.slice(0, MOST).map((value) => ({
    kind: 'value',
    text: `${field.kind === 'number' || field.kind === 'boolean' ? value : quoteKql(value)} `,
    label: value,
    note: '',
    from: slot.from,
    to: slot.to,
  }));
}

/** The completions at the cursor. */
export async function suggest(
  text: string,
  cursor: number,
  fields: readonly PatternField[],
  values: SuggestValues,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  const lists = completionSlots(text, cursor).map(async (slot): Promise<Suggestion[]> => {
    if (slot.kind === 'field') return fieldItems(slot, fields);
    if (slot.kind === 'operator') return operatorItems(slot, fields);
    if (slot.kind === 'conjunction') return conjunctionItems(slot);
    return valueItems(slot, fields, values, signal);
  });
  return (await Promise.all(lists)).flat();
}

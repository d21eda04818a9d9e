import { isHidden, matchesPattern, type IndexName } from '../../base/indexNames';
import type { FieldCaps } from '../../base/es';

export interface NameCheck {
  /** What is wrong with the name; null when nothing is. */
  problem: string | null;
  /** There is a pattern of this name already: it will be changed, not made a second time. */
  taken: boolean;
  matching: IndexName[];
  /** All indices that may be offered. */
  offered: IndexName[];
}

const FORBIDDEN = ['\\', '/', '?', '"', '<', '>', '|', ' '];

/** Checks a pattern's name against the indices there are and the patterns there are already. */
export function checkName(pattern: string, names: IndexName[], hidden: boolean, taken: string[]): NameCheck {
  const offered = names.filter((index) => hidden || !isHidden(index.name));
  const matching = names.filter((index) => matchesPattern(index.name, pattern));
  return { problem: problemOf(pattern, matching), taken: taken.includes(pattern.trim()), matching, offered };
}

function problemOf(pattern: string, matching: IndexName[]): string | null {
  const name = pattern.trim();
  if (name === '') return 'Type a name. Use * for any characters.';
  const bad = FORBIDDEN.filter((character) => name.includes(character));
  if (bad.length > 0) {
    const shown = bad.map((character) => (character === ' ' ? 'spaces' : character)).join(' ');
    return `A name cannot contain ${shown}`;
  }
  if (matching.length === 0) return 'No index matches this name yet.';
  return null;
}

/** The fields that can be the time field; `@timestamp` comes first. */
export function timeFields(fields: FieldCaps[]): string[] {
  return fields
    .filter((field) => field.types.every((type) => type === 'date' || type === 'date_nanos'))
    .map((field) => field.name)
    .sort((a, b) => Number(b === '@timestamp') - Number(a === '@timestamp') || a.localeCompare(b));
}

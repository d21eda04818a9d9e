import { SETTINGS, type SettingName } from '../../base/settings';

interface Parsed {
  value: string | number;
  /** What is wrong with the text; null when nothing is. */
  problem: string | null;
}

const CHOICES: Partial<Record<SettingName, string[]>> = {
  'discover:sort:defaultOrder': ['asc', 'desc'],
  'search:queryLanguage': ['kuery', 'lucene'],
};
const MAXIMUM: Partial<Record<SettingName, number>> = { 'discover:sampleSize': 10_000 };

/** Reads what was typed for a setting. */
export function parseSetting(name: SettingName, text: string): Parsed {
  const trimmed = text.trim();
  if (typeof SETTINGS[name].value === 'number') return parseNumber(trimmed, MAXIMUM[name] ?? 1000);
  const choices = CHOICES[name];
  if (choices && !choices.includes(trimmed)) return fault(trimmed, `Must be ${choices.join(' or ')}`);
  if (name.startsWith('timepicker:')) return parseJson(trimmed);
  if (name === 'dateFormat:tz' && !isZone(trimmed)) return fault(trimmed, 'There is no such time zone');
  return { value: trimmed, problem: null };
}

function parseNumber(text: string, maximum: number): Parsed {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= maximum) return { value: number, problem: null };
  return fault(text, `Must be a whole number from 1 to ${maximum}`);
}

function parseJson(text: string): Parsed {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { value: text, problem: null };
  } catch {
    return fault(text, 'Must be JSON');
  }
  return fault(text, 'Must be a JSON object');
}

function isZone(name: string): boolean {
  if (name === 'Browser') return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function fault(value: string, problem: string): Parsed {
  return { value, problem };
}

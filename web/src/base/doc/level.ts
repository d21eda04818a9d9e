/** How grave a log line is, from a field or from its text. */

import type { FlatDoc } from './flatten';
import { messageField } from './flatten';

export type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export const LEVELS: readonly Level[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/** Fields that tell the level, the likeliest first. */
export const LEVEL_FIELDS = [
  'level',
  'log.level',
  'severity',
  'loglevel',
  'levelname',
  'lvl',
  'log_level',
  'severity_text',
  'stream',
];

const WORDS: readonly (readonly [RegExp, Level])[] = [
  [/^(?:f|fatal|emerg(?:ency)?|alert|crit(?:ical)?|panic)$/i, 'fatal'],
  [/^(?:e|err|error|severe)$/i, 'error'],
  [/^(?:w|warn|warning)$/i, 'warn'],
  [/^(?:i|info|information|notice)$/i, 'info'],
  [/^(?:d|debug|fine)$/i, 'debug'],
  [/^(?:t|trace|verbose|finest)$/i, 'trace'],
];

const IN_TEXT =
  /"(?:level|severity|lvl)"\s*:\s*"(\w+)"|\b(?:level|severity|lvl)=(\w+)|\b(FATAL|PANIC|CRITICAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)\b|\[(fatal|crit|error|warn|warning|info|notice|debug|trace)\]|^([IWEF])\d{4} /;

/** The level that a word names. */
export function levelOfWord(word: string): Level | undefined {
  return WORDS.find(([expression]) => expression.test(word.trim()))?.[1];
}

/** The level written in a line; only its first 300 characters count. */
export function levelOfText(text: string): Level | undefined {
  const match = IN_TEXT.exec(text.slice(0, 300));
  const word = match?.slice(1).find((group) => group !== undefined);
  return word === undefined ? undefined : levelOfWord(word);
}

/** The level of a document. */
export function levelOf(flat: FlatDoc): Level | undefined {
  for (const name of LEVEL_FIELDS) {
    const value = flat.get(name);
    const level = typeof value === 'string' ? levelOfWord(value) : undefined;
    if (level) return level;
  }
  const message = messageField(flat);
  return message === undefined ? undefined : levelOfText(String(flat.get(message)));
}

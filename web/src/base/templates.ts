/** Templates of log lines, found as Drain does: lines of the same shape differ only in some words. */

export const WILDCARD = '<*>';

export interface Template {
  /** Words and WILDCARDs, as they stand in the line, spaces included between. */
  words: string[];
  count: number;
  /** Place of one line of it in the list that was mined. */
  example: number;
}

const SIMILAR = 0.6;
const MOST_WORDS = 60;
const MOST_LENGTH = 600;

const VARIABLE =
  /^(?:[^\w]*)(?:[-+]?\d[\d.,:_/%-]*(?:ms|us|µs|ns|s|m|h|kb|mb|gb|b)?|0x[\da-f]+|[\da-f]{8,}|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|.*\d{3,}.*)(?:[^\w]*)$/i;

function maskWord(word: string): string {
  const pair = /^([A-Za-z_][\w.-]*[=:])(.+)$/.exec(word);
  if (pair && VARIABLE.test(pair[2] as string)) return `${pair[1]}${WILDCARD}`;
  return VARIABLE.test(word) ? WILDCARD : word;
}

/** The words of a line, those that look variable masked. JSON is split at its punctuation too. */
export function lineWords(line: string): string[] {
  const text = line.split('\n', 1)[0]?.slice(0, MOST_LENGTH) ?? '';
  const isJson = text.trimStart().startsWith('{');
  const words = text.trim().split(isJson ? /(?<=[,:{}[\]])|\s+/ : /\s+/);
  return words.slice(0, MOST_WORDS).map(maskWord);
}

function similarity(template: readonly string[], words: readonly string[]): number {
  let same = 0;
  for (let at = 0; at < words.length; at += 1) if (template[at] === words[at]) same += 1;
  return words.length === 0 ? 1 : same / words.length;
}

function groupKey(words: readonly string[]): string {
  return `${words.length} ${words[0] ?? ''}`;
}

/** The templates of lines, the most frequent first. */
export function mineTemplates(lines: readonly string[]): Template[] {
  const groups = new Map<string, Template[]>();
  lines.forEach((line, example) => {
    const words = lineWords(line);
    const key = groupKey(words);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    let best: Template | undefined;
    let closeness = SIMILAR;
    for (const template of group) {
      const near = similarity(template.words, words);
      if (near >= closeness) {
        best = template;
        closeness = near;
        if (near === 1) break;
      }
    }
    if (!best) group.push({ words, count: 1, example });
    else {
      best.count += 1;
      if (closeness < 1) best.words = best.words.map((word, at) => (word === words[at] ? word : WILDCARD));
    }
  });
  return [...groups.values()].flat().sort((a, b) => b.count - a.count);
}

/** The runs of words between the wildcards: phrases that every line of the template has. */
export function constantPhrases(template: Template): string[] {
  const phrases: string[][] = [[]];
  for (const word of template.words) {
    // Of `code=<*>` the key still follows the words before it.
    const [head = '', tail] = word.split(WILDCARD);
    if (head !== '') phrases.at(-1)?.push(tail === undefined ? head : head.replace(/[=:]$/, ''));
    if (tail !== undefined) phrases.push([]);
  }
  return phrases.map((phrase) => phrase.join(' ')).filter((phrase) => /[\p{L}\p{N}]/u.test(phrase));
}

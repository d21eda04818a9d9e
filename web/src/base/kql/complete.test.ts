import { describe, expect, it } from 'vitest';
import { completionSlots } from './complete';

/** The text with `|` at the cursor, and the slots as `kind field/prefix`. */
const CASES: [string, string[]][] = [
  ['|', ['field ']],
  ['lev|', ['field lev', 'operator lev']],
  ['level |', ['operator level', 'conjunction ']],
  ['level:|', ['value level ']],
  ['level: |', ['value level ']],
  ['level: er|', ['value level er']],
  ['level: "er|', ['value level er']],
  ['level:"error"|', []],
  ['level: error |', ['conjunction ']],
  ['level: error a|', ['conjunction a']],
  ['level: error and |', ['field ']],
  ['level: error and sta|', ['field sta', 'operator sta']],
  ['status >= |', ['value status ']],
  ['level:(|', ['value level ']],
  ['level:(a or |', ['value level ']],
  ['level:(a or b) |', ['conjunction ']],
  ['not |', ['field ']],
  ['(|', ['field ']],
  ['items:{ |', ['field items ']],
];

describe('completionSlots', () => {
  it.each(CASES)('%s', (marked, want) => {
    const cursor = marked.indexOf('|');
    const slots = completionSlots(marked.replace('|', ''), cursor).map((slot) => {
      if (slot.kind === 'field') return `field ${slot.nestedPath ? `${slot.nestedPath} ` : ''}${slot.prefix}`;
      if (slot.kind === 'value') return `value ${slot.field} ${slot.prefix}`;
      if (slot.kind === 'operator') return `operator ${slot.field}`;
      return `conjunction ${slot.prefix}`;
    });
    expect(slots).toEqual(want);
  });

  it('replaces the word around the cursor', () => {
    expect(completionSlots('levxx:1', 3)[0]).toMatchObject({ from: 0, to: 5 });
  });
});

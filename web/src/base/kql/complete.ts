/** What may be written at the cursor of a KQL text. */

export type Slot =
  | { kind: 'field'; prefix: string; from: number; to: number; nestedPath: string }
  | { kind: 'operator'; field: string; from: number; to: number }
  | { kind: 'value'; field: string; prefix: string; quoted: boolean; from: number; to: number }
  | { kind: 'conjunction'; prefix: string; from: number; to: number; inGroup: boolean };

interface Token {
  kind: 'word' | 'string' | 'sign' | 'open' | 'close' | 'conjunction';
  text: string;
  from: number;
  to: number;
  /** A string whose end quote is still to come. */
  open?: boolean;
}

const TOKENS = /\s+|"(?:[^"\\]|\\.)*("|\\?$)|(<=|>=|[:<>])|([({])|([)}])|(?:\\.|[^\s\\:<>(){}"])+/gy;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(TOKENS)) {
    const [all, quote, sign, open, close] = match;
    const from = match.index;
    const to = from + all.length;
    if (/^\s/.test(all)) continue;
    if (all.startsWith('"'))
      tokens.push({ kind: 'string', text: all, from, to, open: quote !== '"' || all === '"' });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: all, from, to });
    else if (open !== undefined) tokens.push({ kind: 'open', text: all, from, to });
    else if (close !== undefined) tokens.push({ kind: 'close', text: all, from, to });
    else tokens.push({ kind: /^(?:and|or|not)$/i.test(all) ? 'conjunction' : 'word', text: all, from, to });
  }
  return tokens;
}

function unescape(text: string): string {
  return text.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
}

interface Place {
  /** Fields whose value group (`f:(`) or nested path (`f:{`) is open, outermost first. */
  groups: { field: string; brace: string }[];
  /** The field before the sign, where a value is due. */
  field: string | null;
  /** A complete operand stands before: a conjunction is due. */
  complete: boolean;
  word: string;
}

function walk(tokens: readonly Token[]): Place {
  const place: Place = { groups: [], field: null, complete: false, word: '' };
  for (const token of tokens) {
    const top = place.groups[place.groups.length - 1];
    if (token.kind === 'sign') {
      place.field = unescape(place.word);
      place.complete = false;
    } else if (token.kind === 'open') {
      place.groups.push({ field: place.field ?? '', brace: token.text });
      if (token.text === '{') place.field = null;
      place.complete = false;
    } else if (token.kind === 'close') {
      place.groups.pop();
      place.field = null;
      place.word = '';
      place.complete = true;
    } else if (token.kind === 'conjunction') {
      place.complete = false;
      place.field = top?.brace === '(' && top.field !== '' ? top.field : null;
    } else {
      place.word = token.text;
      place.complete = true;
    }
  }
  return place;
}

function nestedPath(place: Place): string {
  return place.groups
    .filter((group) => group.brace === '{')
    .map((group) => group.field)
    .join('.');
}

/** The slots at the cursor, the likeliest first. */
export function completionSlots(text: string, cursor: number): Slot[] {
  const tokens = tokenize(text.slice(0, cursor));
  const last = tokens[tokens.length - 1];
  const touching =
    last !== undefined && last.to === cursor && ['word', 'string', 'conjunction'].includes(last.kind);
  const current = touching ? last : undefined;
  const place = walk(current ? tokens.slice(0, -1) : tokens);
  const from = current ? current.from : cursor;
  const tail = /^(?:\\.|[^\s\\:<>(){}"])*/.exec(text.slice(cursor))?.[0].length ?? 0;
  const to = current?.kind === 'word' ? cursor + tail : cursor;
  const prefix = current ? unescape(current.text) : '';
  const quoted = current?.kind === 'string';
  if (quoted && !current.open && current.text.length > 1) return [];
  if (place.complete) {
    if (quoted) return [];
    const slots: Slot[] = [{ kind: 'conjunction', prefix, from, to, inGroup: place.groups.length > 0 }];
    if (!current && place.field === null && place.word !== '')
      slots.unshift({ kind: 'operator', field: unescape(place.word), from, to });
    return slots;
  }
  const top = place.groups[place.groups.length - 1];
  const field = place.field ?? (top?.brace === '(' && top.field !== '' ? top.field : null);
  if (field !== null) return [{ kind: 'value', field, prefix, quoted, from, to }];
  const slots: Slot[] = [{ kind: 'field', prefix, from, to, nestedPath: nestedPath(place) }];
  if (current?.kind === 'word') slots.push({ kind: 'operator', field: prefix, from: cursor, to: cursor });
  return slots;
}

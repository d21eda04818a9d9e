/** Parser of the Kibana query language: precedence not > and > or, keywords in any case. */

import type { Node, RangeOperator, Value } from './ast';

/** A KQL text that cannot be read; `at` counts characters from 0. */
export class KqlError extends Error {
  constructor(
    readonly cause_: string,
    readonly text: string,
    readonly at: number,
  ) {
    super(`cannot read the query: ${cause_} at position ${at + 1}`);
    this.name = 'KqlError';
  }
}

const SPECIAL = '\\():<>"*{}';
const SPACE = /\s/;
const RANGES: readonly (readonly [string, RangeOperator])[] = [
  ['<=', 'lte'],
  ['>=', 'gte'],
  ['<', 'lt'],
  ['>', 'gt'],
];
const ESCAPES: Record<string, string> = { t: '\t', r: '\r', n: '\n' };

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  query(): Node {
    this.spaces();
    if (this.at === this.text.length) return { kind: 'all' };
    const node = this.or();
    this.spaces();
    if (this.at < this.text.length) this.fail(`unexpected "${this.text[this.at]}"`);
    return node;
  }

  private fail(cause: string): never {
    throw new KqlError(cause, this.text, this.at);
  }

  private spaces(): void {
    while (this.at < this.text.length && SPACE.test(this.text[this.at] as string)) this.at += 1;
  }

  /** Length of ` or ` or ` and ` here (spaces included), 0 where there is none. */
  private joinLength(word: 'or' | 'and', at = this.at): number {
    const match = new RegExp(`\\s+${word}\\s+`, 'iy');
    match.lastIndex = at;
    return match.exec(this.text)?.[0].length ?? 0;
  }

  private notLength(at = this.at): number {
    const match = /not\s+/iy;
    match.lastIndex = at;
    return match.exec(this.text)?.[0].length ?? 0;
  }

  private chain<T>(word: 'or' | 'and', part: () => T): T[] {
    const parts = [part()];
    for (let length = this.joinLength(word); length > 0; length = this.joinLength(word)) {
      this.at += length;
      parts.push(part());
    }
    return parts;
  }

  private or(): Node {
    const parts = this.chain('or', () => this.and());
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'or', parts };
  }

  private and(): Node {
    const parts = this.chain('and', () => this.not());
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'and', parts };
  }

  private not(): Node {
    const length = this.notLength();
    if (length === 0) return this.sub();
    this.at += length;
    return { kind: 'not', part: this.not() };
  }

  private sub(): Node {
    if (this.text[this.at] !== '(') return this.expression();
    this.at += 1;
    this.spaces();
    const node = this.or();
    this.close(')');
    return node;
  }

  private close(char: string): void {
    this.spaces();
    if (this.text[this.at] !== char) {
      this.fail(
        this.at < this.text.length ? `wanted "${char}", got "${this.text[this.at]}"` : `missing "${char}"`,
      );
    }
    this.at += 1;
  }

  private expression(): Node {
    const field = this.value('a field, a value, "not" or "("');
    const end = this.at;
    this.spaces();
    if (this.text[this.at] === ':') {
      this.at += 1;
      this.spaces();
      return this.text[this.at] === '{' ? this.nested(field) : this.fieldValues(field);
    }
    const range = RANGES.find(([sign]) => this.text.startsWith(sign, this.at));
    if (range) {
      this.at += range[0].length;
      this.spaces();
      return { kind: 'range', field, operator: range[1], value: this.value('a value') };
    }
    this.at = end;
    return { kind: 'is', field: null, value: field };
  }

  private nested(field: Value): Node {
    if (field.kind === 'wildcard') this.fail('a nested path takes no wildcard');
    this.at += 1;
    this.spaces();
    const part = this.or();
    this.close('}');
    return { kind: 'nested', path: String(field.value), part };
  }

  private fieldValues(field: Value): Node {
    return this.text[this.at] === '('
      ? this.valueGroup(field)
      : { kind: 'is', field, value: this.value('a value') };
  }

  private valueGroup(field: Value): Node {
    this.at += 1;
    this.spaces();
    const node = this.valueOr(field);
    this.close(')');
    return node;
  }

  private valueOr(field: Value): Node {
    const parts = this.chain('or', () => this.valueAnd(field));
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'or', parts };
  }

  private valueAnd(field: Value): Node {
    const parts = this.chain('and', () => this.valueNot(field));
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'and', parts };
  }

  private valueNot(field: Value): Node {
    const length = this.notLength();
    if (length === 0) return this.fieldValues(field);
    this.at += length;
    return { kind: 'not', part: this.valueNot(field) };
  }

  private value(wanted: string): Value {
    return this.text[this.at] === '"' ? this.quoted() : this.unquoted(wanted);
  }

  private quoted(): Value {
    const start = this.at;
    let out = '';
    this.at += 1;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) {
        this.at = start;
        this.fail('a quote without its end');
      }
      if (char === '"') break;
      if (char === '\\') out += this.escape('"\\');
      else {
        out += char;
        this.at += 1;
      }
    }
    this.at += 1;
    return { kind: 'literal', value: out, quoted: true };
  }

  /** What an escape stands for; `takes` are the characters that lose their backslash. */
  private escape(takes: string): string {
    const next = this.text[this.at + 1] ?? '';
    if (next in ESCAPES) {
      this.at += 2;
      return ESCAPES[next] as string;
    }
    const code = /u([0-9a-f]{4})/iy;
    code.lastIndex = this.at + 1;
    const unicode = code.exec(this.text);
    if (unicode) {
      this.at += 6;
      return String.fromCharCode(parseInt(unicode[1] as string, 16));
    }
    if (next !== '' && takes.includes(next)) {
      this.at += 2;
      return next;
    }
    if (takes === '"\\') {
      this.at += 1;
      return '\\';
    }
    const keyword = /(?:or|and|not)\b/iy;
    keyword.lastIndex = this.at + 1;
    const word = keyword.exec(this.text)?.[0];
    if (word === undefined)
      this.fail('a backslash must stand before a special character (write \\\\ for itself)');
    this.at += 1 + word.length;
    return word;
  }

  /** A bare value: runs over single spaces up to a special character or an `and`, `or`. */
  private unquoted(wanted: string): Value {
    const pieces: string[] = [''];
    const start = this.at;
    let last = 0;
    while (this.at < this.text.length) {
      const char = this.text[this.at] as string;
      if (char === '\\') {
        const escaped = this.escape(SPECIAL);
        pieces[last] += escaped;
      } else if (char === '*') {
        this.at += 1;
        last = pieces.push('') - 1;
      } else if (SPECIAL.includes(char) || this.joinLength('or') > 0 || this.joinLength('and') > 0) break;
      else {
        pieces[last] += char;
        this.at += 1;
      }
    }
    if (this.at === start) {
      this.fail(
        this.at < this.text.length
          ? `wanted ${wanted}, got "${this.text[this.at]}"`
          : `wanted ${wanted}, got the end`,
      );
    }
    return makeValue(pieces);
  }
}

function makeValue(pieces: string[]): Value {
  pieces[0] = (pieces[0] as string).trimStart();
  pieces[pieces.length - 1] = (pieces[pieces.length - 1] as string).trimEnd();
  if (pieces.length > 1) return { kind: 'wildcard', pieces };
  const text = pieces[0] as string;
  const constant = text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : text;
  return { kind: 'literal', value: constant, quoted: false };
}

/** The tree of a KQL text; throws KqlError with the position. */
export function parseKql(text: string): Node {
  return new Parser(text).query();
}

/** A text as a quoted KQL value. */
export function quoteKql(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')}"`;
}

/** A text as a bare KQL word (a field name), special characters escaped. */
export function escapeKql(text: string): string {
  return text.replace(/[\\():<>"*{}]/g, '\\$&').replace(/(^|\s)(or|and|not)(?=\s|$)/gi, '$1\\$2');
}

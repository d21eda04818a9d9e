/** Rison: JSON made short for URLs, as Kibana writes `_g` and `_a`. https://github.com/Nanonid/rison */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export class RisonError extends Error {
  constructor(cause: string, text: string, at: number) {
    super(`cannot read rison: ${cause} at position ${at + 1} of ${JSON.stringify(text.slice(0, 80))}`);
    this.name = 'RisonError';
  }
}

const PLAIN = /^[^\s'!:(),*@$\-0-9][^\s'!:(),*@$]*$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e-?\d+)?$/;

function encodeString(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replace(/['!]/g, '!$&')}'`;
}

/** The rison of a value; keys in order of name, members that are undefined left out. */
export function encodeRison(value: unknown): string {
  if (value === null || value === undefined) return '!n';
  if (typeof value === 'boolean') return value ? '!t' : '!f';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).replace('+', '') : '!n';
  if (typeof value === 'string') return encodeString(value);
  if (Array.isArray(value)) return `!(${value.map(encodeRison).join(',')})`;
  const members = Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${encodeString(key)}:${encodeRison(member)}`);
  return `(${members.join(',')})`;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  document(): Json {
    const value = this.value();
    if (this.at < this.text.length) this.fail('unexpected text after the value');
    return value;
  }

  private fail(cause: string): never {
    throw new RisonError(cause, this.text, this.at);
  }

  private value(): Json {
    const char = this.text[this.at];
    if (char === undefined) this.fail('unexpected end');
    if (char === '!') return this.bang();
    if (char === '(') return this.object();
    if (char === "'") return this.quoted();
    return this.bare();
  }

  private bang(): Json {
    const kind = this.text[this.at + 1];
    this.at += 2;
    if (kind === 't') return true;
    if (kind === 'f') return false;
    if (kind === 'n') return null;
    if (kind === '(') return this.array();
    this.at -= 1;
    return this.fail(`unknown literal "!${kind ?? ''}"`);
  }

  private array(): Json[] {
    const items: Json[] = [];
    while (this.text[this.at] !== ')') {
      if (items.length > 0) this.expect(',');
      items.push(this.value());
    }
    this.at += 1;
    return items;
  }

  private object(): JsonObject {
    const members: JsonObject = {};
    this.at += 1;
    let first = true;
    while (this.text[this.at] !== ')') {
      if (!first) this.expect(',');
      first = false;
      const key = this.text[this.at] === "'" ? this.quoted() : this.id();
      this.expect(':');
      members[key] = this.value();
    }
    this.at += 1;
    return members;
  }

  private quoted(): string {
    let out = '';
    this.at += 1;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) this.fail('string without an end');
      this.at += 1;
      if (char === "'") return out;
      if (char === '!') {
        out += this.text[this.at] ?? '';
        this.at += 1;
      } else out += char;
    }
  }

  /** Bare words also take `-`, `*`, `@` inside, as old bookmarks hold them (`from:now-15m`). */
  private id(): string {
    const start = this.at;
    while (this.at < this.text.length && !"'!:(),".includes(this.text[this.at] as string)) this.at += 1;
    if (this.at === start) this.fail(`unexpected "${this.text[this.at] ?? 'end'}"`);
    return this.text.slice(start, this.at);
  }

  private bare(): Json {
    const word = this.id();
    return NUMBER.test(word) ? Number(word) : word;
  }

  private expect(char: string): void {
    if (this.text[this.at] !== char) {
      this.fail(
        this.at < this.text.length ? `wanted "${char}", got "${this.text[this.at]}"` : 'unexpected end',
      );
    }
    this.at += 1;
  }
}

/** The value of a rison text; throws RisonError with the position. */
export function decodeRison(text: string): Json {
  return new Reader(text).document();
}

/** Like encodeURIComponent, but leaves what is legible and safe in a hash query (`:`, `,`, `@`, `$`, `;`). */
export function encodeHashValue(text: string): string {
  return encodeURIComponent(text).replace(/%(?:40|3A|24|2C|3B)/gi, decodeURIComponent);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

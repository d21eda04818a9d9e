/* oxlint-disable no-control-regex -- terminal codes are made of control characters */
/** Texts of logs as coloured pieces: search highlights and ANSI colours. */

export const HIGHLIGHT_OPEN = '@kibana-highlighted-field@';
export const HIGHLIGHT_CLOSE = '@/kibana-highlighted-field@';

export interface Piece {
  text: string;
  /** Part of what the query matched. */
  mark: boolean;
  /** ANSI colour 0–15, undefined for the default. */
  color?: number;
  bold: boolean;
}

const CONTROL =
  /@\/?kibana-highlighted-field@|\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]/g;

interface Style {
  mark: boolean;
  color?: number | undefined;
  bold: boolean;
}

function applyCodes(style: Style, codes: string): void {
  const numbers = codes === '' ? [0] : codes.split(';').map(Number);
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] as number;
    if (code === 0) Object.assign(style, { color: undefined, bold: false });
    else if (code === 1) style.bold = true;
    else if (code === 22) style.bold = false;
    else if (code === 39) style.color = undefined;
    else if (code >= 30 && code <= 37) style.color = code - 30;
    else if (code >= 90 && code <= 97) style.color = code - 82;
    else if (code === 38 || code === 48) {
      const isIndexed = numbers[at + 1] === 5;
      const index = numbers[at + 2];
      if (code === 38 && isIndexed && index !== undefined && index < 16) style.color = index;
      at += isIndexed ? 2 : 4;
    }
  }
}

function push(pieces: Piece[], text: string, style: Style): void {
  if (text === '') return;
  const piece: Piece = { text, mark: style.mark, bold: style.bold };
  if (style.color !== undefined) piece.color = style.color;
  pieces.push(piece);
}

/** The pieces of a text; terminal codes that are no colours are dropped. */
export function richPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  const style: Style = { mark: false, bold: false };
  let last = 0;
  for (const match of text.matchAll(CONTROL)) {
    push(pieces, text.slice(last, match.index), style);
    last = match.index + match[0].length;
    if (match[0] === HIGHLIGHT_OPEN) style.mark = true;
    else if (match[0] === HIGHLIGHT_CLOSE) style.mark = false;
    else if (match[2] === 'm') applyCodes(style, match[1] ?? '');
  }
  push(pieces, text.slice(last), style);
  return pieces;
}

/** A text without highlights and terminal codes. */
export function plainText(text: string): string {
  return text.replace(CONTROL, '');
}

function withoutTags(text: string): string {
  return text.replaceAll(HIGHLIGHT_OPEN, '').replaceAll(HIGHLIGHT_CLOSE, '');
}

/** The highlighted form of a field's text; undefined where the query did not touch it. */
export function highlightedText(
  highlight: Record<string, string[]> | undefined,
  field: string,
  value: string,
): string | undefined {
  if (!highlight) return undefined;
  const fragments =
    highlight[field] ?? Object.entries(highlight).find(([name]) => name.startsWith(`${field}.`))?.[1];
  if (!fragments) return undefined;
  let out = value;
  for (const fragment of fragments) out = out.replace(withoutTags(fragment), () => fragment);
  return out === value ? undefined : out;
}

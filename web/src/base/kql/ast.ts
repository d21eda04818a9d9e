/** The tree of a KQL query. */

export interface Literal {
  kind: 'literal';
  value: string | boolean | null;
  quoted: boolean;
}

/** A text with wildcards: the pieces between the `*`. */
export interface Wildcard {
  kind: 'wildcard';
  pieces: string[];
}

export type Value = Literal | Wildcard;
export type RangeOperator = 'gt' | 'gte' | 'lt' | 'lte';

export type Node =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; parts: Node[] }
  | { kind: 'not'; part: Node }
  | { kind: 'is'; field: Value | null; value: Value }
  | { kind: 'range'; field: Value; operator: RangeOperator; value: Value }
  | { kind: 'nested'; path: string; part: Node };

/** The text a value stands for, `*` for wildcards. */
export function valueText(value: Value): string {
  return value.kind === 'wildcard' ? value.pieces.join('*') : String(value.value);
}

export function isStar(value: Value): boolean {
  return value.kind === 'wildcard' && value.pieces.length > 1 && value.pieces.every((piece) => piece === '');
}

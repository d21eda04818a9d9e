import type { FieldKind } from '../../base/search/fields';
import classes from './FieldIcon.module.css';

const SIGNS: Record<FieldKind, readonly [string, string]> = {
  string: ['t', 'Text'],
  number: ['#', 'Number'],
  date: ['d', 'Date'],
  boolean: ['b', 'Boolean'],
  ip: ['ip', 'IP address'],
  geo: ['g', 'Geo'],
  object: ['{}', 'Object'],
  conflict: ['!', 'Conflict: the indices disagree on its type'],
  unknown: ['?', 'Unknown type'],
};

export function fieldKindLabel(kind: FieldKind): string {
  return SIGNS[kind][1];
}

/** The type of a field as a small sign. */
export function FieldIcon({ kind }: { kind: FieldKind }) {
  const [sign, label] = SIGNS[kind];
  return (
    <span className={classes.icon} data-kind={kind} role="img" aria-label={label} title={label}>
      {sign}
    </span>
  );
}

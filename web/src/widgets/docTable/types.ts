import type { PatternField } from '../../base/search/fields';
import type { Hit, Json, SortPair } from '../../base/search/types';
import type { Zone } from '../../base/time/zone';

/** What rows and expanded documents can do. */
export interface DocActions {
  /** Adds a filter for (or, negated, against) a value. */
  onFilter: (field: string, value: Json, negate: boolean) => void;
  onExists: (field: string) => void;
  onToggleColumn: (field: string) => void;
}

/** How documents are shown. */
export interface DocView {
  timeField: string | undefined;
  columns: readonly string[];
  fields: ReadonlyMap<string, PatternField>;
  zone: Zone;
  wrap: boolean;
  /** Links of a document; absent ones are not offered. */
  docUrl?: ((hit: Hit) => string) | undefined;
  contextUrl?: ((hit: Hit) => string) | undefined;
}

export interface SortHandle {
  sort: readonly SortPair[];
  onSort: (field: string, add: boolean) => void;
}

/** Identity of a hit within a result. */
export function hitKey(hit: Hit): string {
  return `${hit._index}/${hit._id}`;
}

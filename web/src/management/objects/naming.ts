import type { SavedObject } from '../../base/savedObjects';
import { indexPatternPath, PATHS } from '../sections';

/** What a saved object is called; settings and links have no title of their own. */
export function nameOf(object: SavedObject<{ title?: string; url?: string }>): string {
  if (object.type === 'config') return `Advanced settings (${object.id})`;
  return object.attributes.title || object.attributes.url || object.id;
}

/** Where a saved object is shown, or null if nowhere. */
export function addressOf(object: { type: string; id: string }): string | null {
  switch (object.type) {
    case 'index-pattern':
      return indexPatternPath(object.id);
    case 'search':
      return `/discover/${encodeURIComponent(object.id)}`;
    case 'config':
      return PATHS.settings;
    default:
      return null;
  }
}

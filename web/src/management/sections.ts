/** The parts of Management and the addresses they have; Kibana's own spellings are understood too. */
export type Section =
  | { name: 'indexPatterns' }
  | { name: 'createIndexPattern' }
  | { name: 'indexPattern'; id: string }
  | { name: 'indices' }
  | { name: 'objects' }
  | { name: 'settings' };

/** Addresses to link to. */
export const PATHS = {
  indexPatterns: '/management/kibana/index_patterns',
  createIndexPattern: '/management/kibana/index_pattern',
  indices: '/management/data/indices',
  objects: '/management/kibana/objects',
  settings: '/management/kibana/settings',
};

/** The address of an index pattern's own page. */
export function indexPatternPath(id: string): string {
  return `${PATHS.indexPatterns}/${encodeURIComponent(id)}`;
}

/** The section a path belongs to; the index patterns when it names none. */
export function sectionOf(path: string): Section {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .slice(1);
  if (['kibana', 'data', 'elasticsearch', 'opensearch-dashboards'].includes(parts[0] ?? '')) parts.shift();
  const [head = '', ...rest] = parts;
  if (head === 'index_pattern' || rest[0] === 'create') return { name: 'createIndexPattern' };
  if (/^(index_patterns|indexPatterns|dataViews)$/.test(head)) {
    const id = rest[0] === 'patterns' || rest[0] === 'dataView' ? rest[1] : rest[0];
    return id === undefined
      ? { name: 'indexPatterns' }
      : { name: 'indexPattern', id: decodeURIComponent(id) };
  }
  if (head === 'indices' || head === 'index_management') return { name: 'indices' };
  if (head === 'objects') return { name: 'objects' };
  if (head === 'settings') return { name: 'settings' };
  return { name: 'indexPatterns' };
}

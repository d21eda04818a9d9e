import { expect, test } from 'vitest';
import { indexPatternPath, PATHS, sectionOf } from './sections';

test.each([
  ['/management', { name: 'indexPatterns' }],
  ['/management/kibana/index_patterns', { name: 'indexPatterns' }],
  ['/management/kibana/indexPatterns', { name: 'indexPatterns' }],
  ['/management/kibana/indices', { name: 'indices' }],
  ['/management/kibana/index_pattern', { name: 'createIndexPattern' }],
  ['/management/kibana/indexPatterns/create', { name: 'createIndexPattern' }],
  ['/management/kibana/indexPatterns/patterns/a-b', { name: 'indexPattern', id: 'a-b' }],
  ['/management/kibana/objects', { name: 'objects' }],
  ['/management/kibana/settings', { name: 'settings' }],
  ['/management/data/index_management/indices', { name: 'indices' }],
  [PATHS.indices, { name: 'indices' }],
  [indexPatternPath('logstash-*/x'), { name: 'indexPattern', id: 'logstash-*/x' }],
])('%s', (path, section) => {
  expect(sectionOf(path)).toEqual(section);
});

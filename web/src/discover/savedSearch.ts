/** Saved searches: Kibana's `search` objects to and from Discover's state. */

import { readFilters } from '../base/filters/filter';
import { isJsonObject } from '../base/rison';
import type { Reference, SavedObject, SearchAttributes } from '../base/savedObjects';
import { readBarQuery, readSort, type SearchState } from '../base/urlState';
import type { DiscoverState } from './state';

const INDEX_REF = 'kibanaSavedObjectMeta.searchSourceJSON.index';

function sourceOf(object: SavedObject<SearchAttributes>): Record<string, unknown> {
  try {
    const source: unknown = JSON.parse(object.attributes.kibanaSavedObjectMeta.searchSourceJSON);
    return isJsonObject(source) ? source : {};
  } catch {
    return {};
  }
}

/** What a saved search holds; its members that cannot be read are left out. */
export function readSavedSearch(object: SavedObject<SearchAttributes>): SearchState {
  const source = sourceOf(object);
  const state: SearchState = { columns: object.attributes.columns ?? [] };
  const named = typeof source['indexRefName'] === 'string' ? source['indexRefName'] : INDEX_REF;
  const index = object.references.find((reference) => reference.name === named)?.id ?? source['index'];
  if (typeof index === 'string') state.index = index;
  const query = readBarQuery(source['query']);
  if (query) state.query = query;
  state.filters = readFilters(source['filter'], 'appState').map((filter) => {
    const name = (filter.meta as { indexRefName?: string }).indexRefName;
    const id = object.references.find((reference) => reference.name === name)?.id;
    return id === undefined ? filter : { ...filter, meta: { ...filter.meta, index: id } };
  });
  const sort = readSort(object.attributes.sort);
  if (sort) state.sort = sort;
  if (object.attributes.hideChart) state.hideChart = true;
  return state;
}

/** The saved object of a state. */
export function writeSavedSearch(
  state: DiscoverState,
  title: string,
  indexId: string,
): { attributes: SearchAttributes; references: Reference[] } {
  const source = {
    query: state.query,
    filter: state.filters.map((filter) => ({ ...filter, $state: { store: 'appState' } })),
    indexRefName: INDEX_REF,
    highlightAll: true,
    version: true,
  };
  return {
    attributes: {
      title,
      description: '',
      columns: state.columns.length > 0 ? state.columns : ['_source'],
      sort: state.sort,
      hideChart: state.hideChart,
      version: 1,
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    references: [{ id: indexId, name: INDEX_REF, type: 'index-pattern' }],
  };
}

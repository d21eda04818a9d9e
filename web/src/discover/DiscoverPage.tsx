import { parseSearch, useHashLocation } from '../base/location';
import { ContextPage } from './ContextPage';
import { DocPage } from './DocPage';
import { readRoute } from './route';
import { SearchPage } from './SearchPage';

/** Discover: the search, a document's surroundings, or one document, as the path says. */
export function DiscoverPage() {
  const location = useHashLocation();
  const params = parseSearch(location.search);
  const route = readRoute(location.path, params);
  if (route.view === 'context') return <ContextPage key={location.path} route={route} params={params} />;
  if (route.view === 'doc') return <DocPage key={location.path + route.id} route={route} />;
  return <SearchPage />;
}

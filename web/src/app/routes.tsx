import { IconCompass, IconSettings, IconTerminal2 } from '@tabler/icons-react';
import { lazy, type ComponentType } from 'react';
import { DiscoverGate } from './DiscoverGate';

export interface Route {
  /** First part of the path. */
  name: string;
  label: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  page: ComponentType;
}

const DISCOVER: Route = { name: 'discover', label: 'Discover', icon: IconCompass, page: DiscoverGate };

/** The features, in order of the navigation. */
export const ROUTES: Route[] = [
  DISCOVER,
  {
    name: 'dev_tools',
    label: 'Dev Tools',
    icon: IconTerminal2,
    page: lazy(() => import('../devtools').then((module) => ({ default: module.DevToolsPage }))),
  },
  {
    name: 'management',
    label: 'Management',
    icon: IconSettings,
    page: lazy(() => import('../management').then((module) => ({ default: module.ManagementPage }))),
  },
];

/** Other names that old bookmarks use for a feature. */
const ALIASES: Record<string, string> = { context: 'discover', doc: 'discover', settings: 'management' };

/** The feature a path belongs to; Discover when it names none. */
export function routeOf(path: string): Route {
  const name = path.split('/')[1] ?? '';
  return ROUTES.find((route) => route.name === (ALIASES[name] ?? name)) ?? DISCOVER;
}

/** Kibana's apps by the first part of the path; what follows the hash depends on the app. */
const APPS: Record<string, string> = {
  discover: '/discover',
  management: '/management',
  dev_tools: '/dev_tools',
};

/**
 * Where an address below `/app/…` lives in this page, or null when it is this page's own form.
 *
 * Everything lives at the root, behind the hash: `<root>app/discover#/?_g=()` → `<root>#/discover?_g=()`;
 * `<root>app/kibana#/discover?_g=()` → `<root>#/discover?_g=()`; `<root>app/management/kibana/indexPatterns` →
 * `<root>#/management/kibana/indexPatterns`.
 */
export function rootLocation(base: string, href: string): string | null {
  const root = new URL(base).pathname;
  const { pathname, hash } = new URL(href);
  if (!pathname.startsWith(root)) return null;
  // Spaces are not kept apart: /s/team/app/… is the same page.
  const inner = /^(?:s\/[^/]+\/)?app\/(.*)$/.exec(pathname.slice(root.length))?.[1];
  if (inner === undefined) return null;
  const [app = '', ...rest] = inner.split('/');
  const inside = hash.replace(/^#/, '');
  if (app === 'kibana') return `${root}#${inside === '' ? '/discover' : inside}`;
  const home = APPS[app] ?? `/${app}`;
  const path = rest.filter((part) => part !== '').join('/');
  const tail = inside === '/' || inside === '' ? '' : inside.replace(/^\/(?=\?)/, '');
  return `${root}#${home}${path === '' ? '' : `/${path}`}${tail}`;
}

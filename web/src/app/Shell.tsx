import { Loader } from '@mantine/core';
import { Suspense } from 'react';
import { navigate, useHashLocation } from '../base/location';
import { Navigation } from './Navigation';
import { routeOf } from './routes';
import classes from './Shell.module.css';

/** Left navigation and the feature that the URL names. */
export function Shell() {
  const { path } = useHashLocation();
  const route = routeOf(path);
  if (path === '/') queueMicrotask(() => navigate('/discover', { replace: true }));
  const Page = route.page;
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <Navigation active={route.name} />
      <main id="main" tabIndex={-1} className={classes.main}>
        <Suspense fallback={<Loader m="xl" />}>
          <Page />
        </Suspense>
      </main>
    </div>
  );
}

function skipToMain(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

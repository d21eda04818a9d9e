import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { EsError } from '../base/es';
import { styleNonce } from './nonce';
import { Shell } from './Shell';
import { theme } from './theme';

/** The session has ended: loading the page again shows the login form. */
function signInAgain(error: unknown): void {
  if (error instanceof EsError && error.status === 401 && error.message === 'sign in to see this') {
    window.location.reload();
  }
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: signInAgain }),
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      // A wrong query stays wrong; a server that is starting answers a moment later.
      retry: (count, error) =>
        count < 2 && !(error instanceof EsError && error.status >= 400 && error.status < 500),
    },
  },
});

/** The whole page. */
export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={client}>
        <Shell />
      </QueryClientProvider>
    </MantineProvider>
  );
}

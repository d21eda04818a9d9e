import '@mantine/core/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/notifications/styles.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { publishStyleNonce } from './nonce';
import { rootLocation } from './oldUrls';

publishStyleNonce();

const target = rootLocation(document.baseURI, window.location.href);
if (target !== null) window.history.replaceState(null, '', target);

const root = document.getElementById('root');
if (root === null) throw new Error('cannot show the page: index.html has no #root');
createRoot(root).render(<App />);

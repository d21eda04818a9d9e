export { DevToolsPage } from './DevToolsPage';

/** Send requests to Elasticsearch by hand. */
export function DevToolsPage() {
  return <div>Dev Tools</div>;
}

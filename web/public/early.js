// Asks for what the page needs first while its code is still loading. Read by src/base/savedObjects.ts.
window.kelpEarly = fetch('api/saved_objects/_find?type=index-pattern&type=config&per_page=10000', {
  headers: { 'kbn-xsrf': 'kelp' },
}).then(
  (reply) => (reply.ok ? reply.json() : null),
  () => null,
);

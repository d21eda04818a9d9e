"""The Elasticsearch API over HTTP: one module per family of endpoints, each with `routes(store)`."""

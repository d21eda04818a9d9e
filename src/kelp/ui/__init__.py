"""The web UI: serves the page and proxies the Elasticsearch API."""

"""The Elasticsearch-compatible store over a column engine."""

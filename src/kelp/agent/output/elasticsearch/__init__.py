"""The pieces of the Elasticsearch outputs: options, bulk lines, HTTP, responses, templates."""

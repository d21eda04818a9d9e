"""Saved objects: Kibana's index patterns, searches, queries, settings and short URLs, in the index `.kelp`."""

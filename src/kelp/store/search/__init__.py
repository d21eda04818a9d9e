"""Searches: from a request to hits, totals and aggregations."""

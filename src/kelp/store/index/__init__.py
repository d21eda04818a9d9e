"""Indices and the catalog that knows them."""

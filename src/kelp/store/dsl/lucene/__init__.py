"""Lucene's query syntax, as `query_string` takes it: text in, neutral tree out."""

from kelp.store.dsl.lucene.parser import LuceneOptions, parse_lucene

__all__ = ["LuceneOptions", "parse_lucene"]

"""Grok: named regular expressions, put together by name."""

"""Recognising stack traces line by line."""

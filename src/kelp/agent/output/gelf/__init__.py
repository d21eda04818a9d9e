"""Graylog's extended log format."""

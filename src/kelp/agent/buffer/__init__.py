"""Buffers between inputs and sinks: chunks in memory or files, flushing, retries, placeholders."""

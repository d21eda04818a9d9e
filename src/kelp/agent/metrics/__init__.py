"""Prometheus metrics: what events are counted in, and how they are shown."""

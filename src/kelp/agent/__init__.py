"""The Fluentd-compatible agent."""

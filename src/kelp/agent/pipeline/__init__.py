"""From a parsed configuration to a running set of plugins."""

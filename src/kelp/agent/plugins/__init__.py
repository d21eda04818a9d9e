"""The plugins, one file each, loaded on demand by `kelp.agent.plugin.registry`."""

"""`kelp check`: what a configuration does, and what in it is unused, unreachable or risky."""

"""Measurements: one corpus, three commands, one table. `python -m bench --help`."""

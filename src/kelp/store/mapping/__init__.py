"""Mappings: which fields an index has, their types, and the engine's columns behind them."""

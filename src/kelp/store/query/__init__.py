"""The engine-neutral tree of a query: what it means, before any index or SQL is known."""

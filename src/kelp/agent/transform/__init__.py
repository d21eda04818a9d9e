"""Building new fields from templates: what record_transformer compiles its `<record>` into."""

"""The sending side of the forward protocol."""

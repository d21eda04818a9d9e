"""Following files: which to read, from where, through every kind of rotation."""

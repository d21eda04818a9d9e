"""From the neutral tree to SQL for one index; values are always bound, never joined into the text."""

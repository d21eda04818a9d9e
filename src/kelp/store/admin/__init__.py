"""Administration behind the API: figures of indices and process, templates, data streams, retention."""

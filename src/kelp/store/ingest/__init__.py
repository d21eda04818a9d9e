"""From request bodies to segment lines: bulk requests, decoders, versions of documents."""

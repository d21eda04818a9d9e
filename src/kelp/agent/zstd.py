"""Python's zstd module: in the standard library from 3.14 on, before that the same code as a package."""

import sys

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, compress, decompress, open
else:
    from backports.zstd import ZstdError, compress, decompress, open

__all__ = ["ZstdError", "compress", "decompress", "open"]

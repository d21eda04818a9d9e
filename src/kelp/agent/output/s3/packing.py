"""How chunks become objects: `store_as`."""

import gzip
import lzma
from collections.abc import Callable
from dataclasses import dataclass

from kelp.agent.buffer.chunk import Chunk, compress


@dataclass(frozen=True, slots=True)
class Packing:
    """A form of objects: the end of their keys, their content type, and the function that makes them."""

    extension: str
    content_type: str
    pack: Callable[[Chunk, int], bytes]


def _gzip(chunk: Chunk, level: int) -> bytes:
    return chunk.read_stored() if chunk.compression == "gzip" else gzip.compress(chunk.read(), 6, mtime=0)


def _zstd(chunk: Chunk, level: int) -> bytes:
    return chunk.read_stored() if chunk.compression == "zstd" else compress(chunk.read(), "zstd", level)


def _lzma2(chunk: Chunk, level: int) -> bytes:
    return lzma.compress(chunk.read(), preset=0)


def _text(chunk: Chunk, level: int) -> bytes:
    return chunk.read()


PACKINGS = {
    "gzip": Packing("gz", "application/x-gzip", _gzip),
    "gzip_command": Packing("gz", "application/x-gzip", _gzip),
    "zstd": Packing("zst", "application/x-zst", _zstd),
    "lzma2": Packing("xz", "application/x-xz", _lzma2),
    "json": Packing("json", "application/json", _text),
    "text": Packing("txt", "text/plain", _text),
    "txt": Packing("txt", "text/plain", _text),
}

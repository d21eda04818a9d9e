"""Chunk files that Fluentd left: read so that a node can change from Fluentd to Kelp without losing events.

A chunk of Fluentd's `@type file` is the bare data, packed or not, with a `.meta` file beside it: two bytes of header, a
length, and a MessagePack map with timekey, tag and variables.
"""

import gzip
import zlib
from typing import NamedTuple

import msgpack

from kelp.agent import zstd
from kelp.agent.buffer.errors import ChunkDamaged
from kelp.agent.buffer.metadata import Metadata

META_SUFFIX = ".meta"
_HEADER = b"\xc1\x00"
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class FluentdChunk(NamedTuple):
    """The metadata and the unpacked data of one chunk."""

    metadata: Metadata
    data: bytes


def read_chunk(path: str) -> FluentdChunk:
    """Read a chunk and its `.meta` file. Raises ChunkDamaged, OSError."""
    with open(path + META_SUFFIX, "rb") as file:
        metadata = _metadata(file.read(), path)
    with open(path, "rb") as file:
        data = file.read()
    if data.startswith(_GZIP):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise ChunkDamaged(f"cannot unpack {path}: {error}") from error
    elif data.startswith(_ZSTD):
        try:
            data = zstd.decompress(data)
        except (zstd.ZstdError, EOFError) as error:
            raise ChunkDamaged(f"cannot unpack {path}: {error}") from error
    return FluentdChunk(metadata, data)


def _metadata(content: bytes, path: str) -> Metadata:
    if content.startswith(_HEADER):
        length = int.from_bytes(content[2:6], "big")
        content = content[6 : 6 + length]
    try:
        fields = msgpack.unpackb(content, raw=False, unicode_errors="surrogateescape", strict_map_key=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise ChunkDamaged(f"cannot read {path}{META_SUFFIX}: {error}") from error
    if not isinstance(fields, dict):
        raise ChunkDamaged(f"cannot read {path}{META_SUFFIX}: no map")
    variables = fields.get("variables")
    pairs = (
        tuple((str(key), value) for key, value in variables.items()) if isinstance(variables, dict) else None
    )
    return Metadata(fields.get("timekey"), fields.get("tag"), pairs)

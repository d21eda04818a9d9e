"""Chunk files that Fluentd left: read so that a node can change from Fluentd to Kelp without losing events.

A chunk of Fluentd's `@type file` is the bare data, packed or not, with a `.meta` file beside it: two bytes of header, a
length, and a MessagePack map with timekey, tag and variables. One of `@type file_single` has the tag, or the value of
its one chunk key, in its name.
"""

import gzip
import os
import re
import zlib
from typing import NamedTuple
from urllib.parse import unquote

import msgpack

from kelp.agent import zstd
from kelp.agent.buffer.errors import ChunkDamaged
from kelp.agent.buffer.metadata import Metadata

META_SUFFIX = ".meta"
_SINGLE = re.compile(r"fsb\.(.*)\.[bq][0-9a-f]{32}\.buf")
_HEADER = b"\xc1\x00"
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class FluentdChunk(NamedTuple):
    """The metadata and the unpacked data of one chunk."""

    metadata: Metadata
    data: bytes


def is_single_chunk(name: str) -> bool:
    """Whether a file of that name is a chunk of Fluentd's `@type file_single`."""
    return _SINGLE.fullmatch(name) is not None


def read_chunk(path: str, key: str | None = None) -> FluentdChunk:
    """Read a chunk and its `.meta` file; `key` is the chunk key of a `file_single`. Raises ChunkDamaged, OSError."""
    single = _SINGLE.fullmatch(os.path.basename(path))
    if single is not None:
        value = unquote(single[1], errors="surrogateescape")
        metadata = Metadata(tag=value) if key is None else Metadata(variables=((key, value),))
    else:
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

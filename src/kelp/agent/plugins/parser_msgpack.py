"""Parser `msgpack`: MessagePack maps, or arrays of them."""

from collections.abc import Iterable
from typing import Any

import msgpack

from kelp.agent.event import Record
from kelp.agent.event_time import read_extension
from kelp.agent.parse import ParserError, RecordParser
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register


@register("parser", "msgpack")
class MsgpackParser(RecordParser):
    """Read binary records; in text, bytes that are not UTF-8 stand as lone surrogates."""

    def parse_record(self, text: str) -> Record | None:
        first = next(iter(self._objects(text.encode("utf-8", "surrogateescape"))), None)
        return first if isinstance(first, dict) else None

    def parse_all(self, text: str) -> Iterable[Parsed | None]:
        return self.parse_bytes(text.encode("utf-8", "surrogateescape"))

    def parse_bytes(self, data: bytes) -> Iterable[Parsed | None]:
        """Every record in `data`; None for a value that is none."""
        for value in self._objects(data):
            for one in value if isinstance(value, list) else [value]:
                yield self.finish(one) if isinstance(one, dict) else None

    @staticmethod
    def _objects(data: bytes) -> Iterable[Any]:
        unpacker = msgpack.Unpacker(
            raw=False, unicode_errors="surrogateescape", strict_map_key=False, ext_hook=read_extension
        )
        unpacker.feed(data)
        try:
            yield from unpacker
        except (ValueError, msgpack.UnpackException) as error:
            raise ParserError(f"cannot read MessagePack: {error}") from error

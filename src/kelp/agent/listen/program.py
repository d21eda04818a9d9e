"""The events in what a program writes."""

import codecs
import json
import os
from collections.abc import Iterable, Iterator
from typing import IO

import msgpack

from kelp.agent.parse import RecordParser
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugins.parser_json import JsonParser
from kelp.agent.plugins.parser_msgpack import MsgpackParser
from kelp.common.log import Log

Events = Iterable[Parsed | None]


def read_events(
    stream: IO[bytes], parser: RecordParser, codec: str, block_size: int, log: Log
) -> Iterator[Events]:
    """The events in a stream until its end: JSON and MessagePack values as they come, else one for each line."""
    if isinstance(parser, MsgpackParser):
        yield from _unpack(stream, parser, block_size)
    elif isinstance(parser, JsonParser):
        yield from _read_json(stream, parser, codec, block_size, log)
    else:
        for line in stream:
            yield parser.parse_all(line.decode(codec, "replace").rstrip("\r\n"))


def _unpack(stream: IO[bytes], parser: MsgpackParser, block_size: int) -> Iterator[Events]:
    unpacker = msgpack.Unpacker(
        stream, read_size=block_size, raw=False, strict_map_key=False, unicode_errors="replace"
    )
    for value in unpacker:
        yield parser.parse_bytes(msgpack.packb(value))


def _read_json(
    stream: IO[bytes], parser: JsonParser, codec: str, block_size: int, log: Log
) -> Iterator[Events]:
    """Values one behind the other, whatever stands between them; one may go over several lines."""
    decoder = json.JSONDecoder()
    decode = codecs.getincrementaldecoder(codec)("replace").decode
    text = ""
    while block := os.read(stream.fileno(), block_size):
        text = (text + decode(block)).lstrip()
        while text:
            try:
                _value, end = decoder.raw_decode(text)
            except ValueError:
                break  # the rest is still to come
            yield parser.parse_all(text[:end])
            text = text[end:].lstrip()
    if text:
        log.warning("the program's output ends in broken JSON", text=text[:200])

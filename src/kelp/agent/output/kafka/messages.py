"""Events to messages, and messages to bytes and back, for the chunks of the buffer."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgpack

from kelp.agent.buffer.event_stream import packer
from kelp.agent.event import Batch, Record
from kelp.agent.output.json_text import dump_clean
from kelp.agent.output.kafka.options import MessageOptions
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.ruby.text import to_s


class Message(NamedTuple):
    """What is sent for one event; `partition_key` chooses the partition where `partition` does not."""

    value: bytes
    key: str | None
    partition: int | None
    partition_key: str | None
    headers: list[tuple[str, str | None]]
    time_ms: int  # 0: the present


def unpack(data: bytes) -> Iterator[Message]:
    """The messages of a chunk."""
    unpacker = msgpack.Unpacker(max_buffer_size=0, unicode_errors="surrogateescape")
    unpacker.feed(data)
    for value, key, partition, partition_key, headers, time_ms in unpacker:
        yield Message(value, key, partition, partition_key, [(name, text) for name, text in headers], time_ms)


class MessageMaker:
    """Makes messages as the options say. Raises ValueError for a broken field path."""

    def __init__(self, options: MessageOptions, write: Callable[[str, int, Record], bytes]) -> None:
        self._options = options
        self._write = write
        self._constant: list[tuple[str, str | None]] = [
            (str(name), str(value)) for name, value in options.headers.items()
        ]
        self._headers = [
            (str(name), Accessor(str(path))) for name, path in options.headers_from_record.items()
        ]
        self._excluded = [Accessor(path) for path in options.exclude_fields]
        self._only = Accessor(options.record_key) if options.record_key else None

    def make(self, tag: str, batch: Batch) -> list[bytes]:
        """The packed message of each event; events larger than max_send_limit_bytes give b""."""
        pack = packer()
        limit = self._options.max_send_limit_bytes
        out = []
        for time, record in zip(batch.times, batch.records, strict=True):
            message = self._message(tag, time, dict(record))
            if limit and len(message.value) > limit:
                self._options.log.warning(
                    "left out an event larger than max_send_limit_bytes", tag=tag, bytes=len(message.value)
                )
                out.append(b"")
            else:
                out.append(pack(message))
        return out

    def _message(self, tag: str, time: int, record: Record) -> Message:
        options = self._options
        if options.exclude_topic_key:
            record.pop(options.topic_key, None)
        partition_key = _take(record, options.partition_key_key, options.exclude_partition_key)
        partition = _take(record, options.partition_key, options.exclude_partition)
        key = _take(record, options.message_key_key, options.exclude_message_key)
        headers = list(self._constant)
        for name, accessor in self._headers:
            value = accessor.get(record)
            headers.append((name, None if value is None else to_s(value)))
        for accessor in self._excluded:
            accessor.delete(record)
        return Message(
            self._value(tag, time, record),
            _text(key, options.default_message_key),
            partition if isinstance(partition, int) else options.default_partition,
            _text(partition_key, options.default_partition_key),
            headers,
            time // 1_000_000 if options.use_event_time else 0,
        )

    def _value(self, tag: str, time: int, record: Record) -> bytes:
        if self._only is None:
            return self._write(tag, time, record)
        value = self._only.get(record)
        return self._write(tag, time, value) if isinstance(value, dict) else dump_clean([value])[1:-1]


def _take(record: Record, name: str, exclude: bool) -> Any:
    return record.pop(name, None) if exclude else record.get(name)


def _text(value: Any, default: str | None) -> str | None:
    return (default or None) if value is None else to_s(value)

"""What the inputs tcp, udp and syslog share: who may send, messages cut out of a stream, their events."""

import time
from collections.abc import Iterator
from typing import Any

from kelp.agent.config import Element, Section, param
from kelp.agent.event import Batch, Record
from kelp.agent.listen.access import ClientSection, host_name
from kelp.agent.listen.input import ListeningInput
from kelp.agent.listen.tcp import Connection
from kelp.agent.plugin.parser import Parsed
from kelp.agent.timefmt import TimeParser, build_time_parser
from kelp.common.errors import KelpError
from kelp.common.log import Log


class AccessSection(Section):
    """Who may send."""

    client: list[ClientSection] = param.sections(
        "client", ClientSection, required=True, description="Clients that may send."
    )

    def allows(self, address: str) -> bool:
        """Whether a client of this address may send."""
        return any(client.rule.covers(address) for client in self.client)


class ExtractSection(Section):
    """Take tag and time from fields of the record."""

    tag_key: str | None = param.string(default=None, description="Field that holds the tag.")
    keep_tag_key: bool = param.boolean(default=False, description="Leave the tag in the record.")
    time_key: str | None = param.string(default=None, description="Field that holds the time.")
    keep_time_key: bool = param.boolean(default=False, description="Leave the time in the record.")
    time_type: str = param.enum(
        ["float", "unixtime", "string", "mixed"], default="float", description="Form of the time."
    )
    time_format: str | None = param.string(default=None, description="strptime format of the time.")
    localtime: bool = param.boolean(default=True, description="Times without a zone are local.")
    utc: bool = param.boolean(default=False, description="Times without a zone are UTC.")
    timezone: str | None = param.string(default=None, description="Zone of times without one.")

    def configure(self) -> None:
        self._read_time: TimeParser | None = None
        if self.time_key is None:
            return
        try:
            self._read_time = build_time_parser(
                time_type=self.time_type, time_format=self.time_format, localtime=self.localtime,
                utc=self.utc, timezone=self.timezone,
            )  # fmt: skip
        except KelpError as error:
            raise self.error(str(error)) from error

    def tag(self, record: Record) -> str | None:
        """The tag in a record, None without one."""
        value = _take(record, self.tag_key, keep=self.keep_tag_key)
        return None if value is None else str(value)

    def time(self, record: Record) -> int | None:
        """The time in a record in nanoseconds, None without one. Raises TimeParseError."""
        value = _take(record, self.time_key, keep=self.keep_time_key)
        return None if value is None or self._read_time is None else self._read_time(value)


def _take(record: Record, key: str | None, *, keep: bool) -> Any:
    if key is None or key not in record:
        return None
    return record[key] if keep else record.pop(key)


def extracted(event: Parsed, extract: ExtractSection | None) -> tuple[str | None, int, Record]:
    """Tag, time and record of a parsed event; its time is the parser's, else the extracted one, else the present."""
    when, record = event
    tag = extract.tag(record) if extract is not None else None
    if when is None and extract is not None:
        when = extract.time(record)
    return tag, time.time_ns() if when is None else when, record


def shown(message: bytes) -> str:
    """A message for a log line."""
    return message[:500].decode("utf-8", "replace")


class MessageInput(ListeningInput):
    """Makes events of messages of any kind, with their tag, time and source."""

    flat_options = ("parser", "extract")

    tag: str = param.string(description="Tag of the events.")
    source_hostname_key: str | None = param.string(
        default=None, alias="source_host_key", description="Field that takes the client's name."
    )
    source_address_key: str | None = param.string(
        default=None, description="Field that takes the client's address."
    )
    blocking_timeout: float = param.time(default=0.5, description="Accepted for Fluentd's sake.")
    extract: ExtractSection | None = param.section(
        "extract", ExtractSection, description="Tag and time from fields."
    )
    parse: Element = param.element(
        "parse", required=True, description="How to parse a message.", plugin_kind="parser"
    )

    def configure(self) -> None:
        self._parser = self.create_parser(self.parse)

    def name_of(self, address: str) -> str:
        """The name of a client; empty where no field takes it."""
        return host_name(address) if self.source_hostname_key is not None else ""

    def take(self, message: bytes, address: str, name: str, batches: dict[str, Batch]) -> None:
        """Add the events of a message to the batches by tag; what cannot be read is logged."""
        try:
            for event in self._parser.parse_bytes(message):
                if event is None:
                    self.log.warning("pattern not matched", text=shown(message))
                    continue
                tag, when, record = extracted(event, self.extract)
                if self.source_address_key is not None:
                    record[self.source_address_key] = address
                if self.source_hostname_key is not None:
                    record[self.source_hostname_key] = name
                batches.setdefault(tag or self.tag, Batch()).append(when, record)
        except KelpError as error:
            self.log.warning("invalid message", error=error, text=shown(message))

    def emit_all(self, batches: dict[str, Batch]) -> None:
        """Hand on batches by tag."""
        for tag, batch in batches.items():
            self.emit(tag, batch)


def delimited(connection: Connection, delimiter: bytes, limit: int | None, log: Log) -> Iterator[list[bytes]]:
    """Whole messages of each block received; those longer than `limit` bytes are dropped, with a note."""
    held = b""
    skipping = False
    for block in connection.blocks():
        *messages, held = (held + block).split(delimiter)
        if messages and skipping:
            messages, skipping = messages[1:], False
        if limit is not None:
            for message in messages:
                if len(message) > limit:
                    log.info(
                        "message is longer than message_length_limit: dropped",
                        bytes=len(message),
                        limit=limit,
                    )
            messages = [message for message in messages if len(message) <= limit]
            if len(held) > limit:
                if not skipping:
                    log.info(
                        "message is longer than message_length_limit: dropped", bytes=len(held), limit=limit
                    )
                held, skipping = b"", True
        if messages:
            yield messages


def octet_counted(connection: Connection) -> Iterator[list[bytes]]:
    """Messages framed as `LENGTH SP MESSAGE` (RFC 6587, 3.4.1). Raises KelpError when the frame is broken."""
    held = b""
    for block in connection.blocks():
        held += block
        messages: list[bytes] = []
        while (space := held.find(b" ")) >= 0:
            digits = held[:space].lstrip()  # some senders end their messages in a newline, too
            if not digits.isdigit():
                yield messages
                raise KelpError(f"cannot read frame: {held[:space][:20]!r} is no length")
            end = space + 1 + int(digits)
            if len(held) < end:
                break
            messages.append(held[space + 1 : end])
            held = held[end:]
        if messages:
            yield messages

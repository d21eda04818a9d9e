"""Input `syslog`: RFC 3164 and RFC 5424 over UDP, TCP or TLS; the tag ends in facility and severity."""

import re
import time

from kelp.agent.config import Element, param
from kelp.agent.event import Batch, Record
from kelp.agent.listen import Connection, TransportSection
from kelp.agent.listen.access import host_name
from kelp.agent.listen.input import Listener, ListeningInput
from kelp.agent.listen.messages import delimited, octet_counted
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_syslog import SyslogParser
from kelp.common.errors import KelpError

_PRIORITY = re.compile(r"<([0-9]+)>(.*)", re.DOTALL)
FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "at", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
SEVERITIES = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")


class SyslogTransportSection(TransportSection):
    """How messages come."""

    kinds = ("tcp", "udp", "tls")


@register("input", "syslog")
class SyslogInput(ListeningInput):
    """Take syslog messages."""

    flat_options = ("parser",)

    port: int = param.integer(default=5140, description="Port to listen on.")
    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    tag: str = param.string(description="Beginning of the tag; .FACILITY.SEVERITY follows.")
    protocol_type: str | None = param.enum(
        ["tcp", "udp"], default=None, description="Transport.", deprecated="use <transport>"
    )
    frame_type: str = param.enum(
        ["traditional", "octet_count"], default="traditional", description="How TCP messages are told apart."
    )
    include_source_host: bool = param.boolean(
        default=False, description="Add the client's address.", deprecated="use source_address_key"
    )
    source_host_key: str = param.string(default="source_host", description="Field for include_source_host.")
    emit_unmatched_lines: bool = param.boolean(
        default=False, description='Emit messages that do not match as {"unmatched_line": text}.'
    )
    source_hostname_key: str | None = param.string(
        default=None, description="Field that takes the client's name."
    )
    resolve_hostname: bool | None = param.boolean(default=None, description="Look up the names of clients.")
    send_keepalive_packet: bool = param.boolean(
        default=False, description="Probe silent connections (SO_KEEPALIVE)."
    )
    source_address_key: str | None = param.string(
        default=None, description="Field that takes the client's address."
    )
    severity_key: str | None = param.string(
        default=None, alias="priority_key", description="Field that takes the severity."
    )
    facility_key: str | None = param.string(default=None, description="Field that takes the facility.")
    message_length_limit: int = param.size(default=2048, description="Longer datagrams are cut, in bytes.")
    blocking_timeout: float = param.time(default=0.5, description="Accepted for Fluentd's sake.")
    delimiter: str = param.string(default="\n", description="What ends a TCP message.")
    transport: SyslogTransportSection | None = param.section(
        "transport", SyslogTransportSection, description="tcp, udp (by default) or tls."
    )
    parse: Element | None = param.element(
        "parse", description="How to parse a message.", plugin_kind="parser"
    )

    def configure(self) -> None:
        if self.source_hostname_key is not None and self.resolve_hostname is False:
            raise self.error("source_hostname_key needs resolve_hostname", "resolve_hostname")
        if self.include_source_host:
            if self.source_address_key is not None:
                raise self.error(
                    "use either source_address_key or include_source_host", "include_source_host"
                )
            self.source_address_key = self.source_host_key
        section = self.parse or self.element.implied("parse")
        if section.get("@type", "syslog") == "syslog" and "with_priority" not in section:
            section.set("with_priority", "true")
        self._parser = self.create_parser(section, "syslog")
        self._parser_takes_priority = isinstance(self._parser, SyslogParser) and self._parser.with_priority
        named = self.transport.protocol if self.transport is not None else None
        self._protocol = self.protocol_type or named or "udp"
        if self.send_keepalive_packet and self._protocol == "udp":
            raise self.error("send_keepalive_packet is for tcp and tls", "send_keepalive_packet")

    def listeners(self) -> list[Listener]:
        if self._protocol == "udp":
            return [self.udp(self._receive, self.message_length_limit)]
        return [self.tcp(self._serve, self.transport, keepalive=self.send_keepalive_packet)]

    @property
    def place(self) -> dict[str, object]:
        return {**super().place, "protocol": self._protocol}

    def _receive(self, data: bytes, source: tuple[str, int]) -> None:
        self._take_all([data.removesuffix(b"\n").removesuffix(b"\r")], source[0])

    def _serve(self, connection: Connection) -> None:
        if self.frame_type == "octet_count":
            stream = octet_counted(connection)
        else:
            stream = delimited(connection, self.delimiter.encode(), None, self.log)
        try:
            for messages in stream:
                self._take_all(messages, connection.address)
        except KelpError as error:
            self.log.warning("connection is closed", address=connection.address, error=error)

    def _take_all(self, messages: list[bytes], address: str) -> None:
        batches: dict[str, Batch] = {}
        name = host_name(address) if self.source_hostname_key is not None else ""
        for message in messages:
            self._take(message.decode("utf-8", "surrogateescape"), address, name, batches)
        for tag, batch in batches.items():
            self.emit(tag, batch)

    def _take(self, data: str, address: str, name: str, batches: dict[str, Batch]) -> None:
        priority: int | None = None
        text = data
        try:
            if not self._parser_takes_priority:
                found = _PRIORITY.match(data)
                if found is None:
                    raise KelpError("it has no priority")
                priority, text = int(found[1]), found[2]
            event = self._parser.parse(text)
            if event is None or event[0] is None:
                raise KelpError("pattern not matched")
        except KelpError as error:
            self.log.warning("invalid syslog message", error=error, text=data[:500])
            if self.emit_unmatched_lines:
                record = self._with_source({"unmatched_line": data}, address, name)
                batches.setdefault(f"{self.tag}.unmatched", Batch()).append(time.time_ns(), record)
            return
        when, record = event
        if priority is None:
            priority = int(record.pop("pri"))
        facility = FACILITIES[priority >> 3] if 0 <= priority >> 3 < len(FACILITIES) else None
        severity = SEVERITIES[priority & 7]
        if self.severity_key is not None:
            record[self.severity_key] = severity
        if self.facility_key is not None:
            record[self.facility_key] = facility
        self._with_source(record, address, name)
        batches.setdefault(f"{self.tag}.{facility or ''}.{severity}", Batch()).append(int(when or 0), record)

    def _with_source(self, record: Record, address: str, name: str) -> Record:
        if self.source_address_key is not None:
            record[self.source_address_key] = address
        if self.source_hostname_key is not None:
            record[self.source_hostname_key] = name
        return record

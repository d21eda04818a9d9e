"""Sends events to Graylog."""

import os
import socket
import ssl
from typing import Any

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.output.gelf.message import SYSLOG_LEVELS, UNKNOWN, message, stamp
from kelp.agent.output.gelf.transport import Tcp, Transport, Udp, datagrams
from kelp.agent.output.json_text import dump_clean
from kelp.agent.output.tls import client_context
from kelp.agent.plugin import register
from kelp.agent.ruby.text import to_s
from kelp.common.errors import KelpError


class BadMessage(KelpError):
    """An event that makes no message."""


@register("output", "gelf")
class GelfOutput(BufferedOutput):
    """A GELF message per event, over UDP (packed, in chunks) or TCP.

    A record's fields get a `_` before their names. `message`, `msg`, `log` or `record` stands in for a missing
    `short_message`.
    """

    host: str = param.string(description="Host name or address of Graylog.")
    port: int = param.integer(default=12201, description="Its port.")
    protocol: str = param.enum(["udp", "tcp"], default="udp", description="How messages travel.")
    tls: bool = param.boolean(default=False, description="Encrypt, with protocol tcp.")
    tls_options: dict[str, Any] = param.hash(
        default={},
        description="ca, cert and key (PEM files), no_default_ca, no_verify. The server's name is not checked.",
    )
    use_record_host: bool = param.boolean(
        default=False, description="A field `host` is the message's host; else it is the field `_host`."
    )
    add_msec_time: bool = param.boolean(
        default=False, description="Take a field `msec` out: the time has its milliseconds anyway."
    )

    def configure(self) -> None:
        super().configure()
        self._common = {
            "facility": "fluentd",
            "protocol": int(self.protocol == "tcp"),
            "version": "1.0",
            "host": socket.gethostname(),
            "level": UNKNOWN,
        }
        try:
            self._transport = self._connect()
        except (OSError, ValueError) as error:
            raise self.error(f"cannot use tls_options: {error}", "tls_options") from error

    def _connect(self) -> Transport:
        if self.protocol == "udp":
            return Udp(self.host, self.port)
        return Tcp(self.host, self.port, self._tls() if self.tls else None)

    def _tls(self) -> ssl.SSLContext:
        options = self.tls_options
        authority = str(options.get("ca") or "")
        is_folder = os.path.isdir(authority)
        alone = authority if authority and options.get("no_default_ca") and not is_folder else None
        context = client_context(
            authority=alone,
            certificate=options.get("cert") if options.get("key") else None,
            key=options.get("key"),
            verify=not options.get("no_verify"),
            verify_name=False,
        )
        if authority and alone is None:
            files = {"capath": authority} if is_folder else {"cafile": authority}
            context.load_verify_locations(**files)
        return context

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        """A JSON text per line."""
        out = []
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                out.append(self._message(tag, time, record) + b"\n")
            except (KelpError, ValueError) as error:
                self.emit_error(tag, time, record, error)
                out.append(b"")
        return out

    def _message(self, tag: str, time: int, record: Record) -> bytes:
        # As in the plugin, `msec` goes behind a time that has its milliseconds already, and does not count.
        behind = to_s(stamp(time)) if self.add_msec_time else None
        fields = message(tag, time, record, use_record_host=self.use_record_host, msec_behind=behind)
        fields = {**self._common, **fields}
        fields["level"] = SYSLOG_LEVELS[fields["level"]]
        if not to_s(fields["host"]):
            raise BadMessage("cannot send a message without a host")
        text = dump_clean(fields)
        if self.protocol == "udp" and len(text) > 100_000:
            datagrams(text)  # raises where there would be too many
        return text

    def write(self, chunk: Chunk) -> None:
        for frame in chunk.remaining():
            self._transport.send(frame.data.splitlines())
            chunk.done += 1

    def close(self) -> None:
        self._transport.close()

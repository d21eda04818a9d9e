"""Posts events to Splunk's HTTP Event Collector."""

import gzip
import os
import ssl
from typing import ClassVar
from urllib.parse import urlsplit

import urllib3

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element
from kelp.agent.event import Batch
from kelp.agent.output.http import connections, shorten
from kelp.agent.output.splunk.options import ConnectionOptions, EventOptions
from kelp.agent.output.splunk.payload import BadEvent, PayloadMaker
from kelp.agent.output.tls import client_context
from kelp.agent.pipeline.match import TagMatcher, compile_tag_patterns
from kelp.agent.plugin import Formatter, UnrecoverableError, register
from kelp.common.errors import KelpError


class SplunkError(KelpError):
    """The collector did not take a chunk for now."""


@register("output", "splunk_hec")
class SplunkHecOutput(ConnectionOptions, EventOptions, BufferedOutput):
    """One request per chunk. 5xx and 429 are retried; other refusals send the chunk to the secondary or the backup."""

    flat_options: ClassVar[tuple[str, ...]] = ()

    def configure(self) -> None:
        super().configure()
        if not (self.hec_host or self.full_url):
            raise self.error("option 'hec_host' or 'full_url' is required")
        self.check()
        self._url = self._make_url()
        self._formatters = [
            self._build(element) for element in self.format_elements or [self.element.implied("format")]
        ]
        self._chosen: dict[str, Formatter | None] = {}
        self._maker = PayloadMaker(self, self._formatter_of)
        self._headers = {
            "Content-Type": "application/json",
            "Authorization": f"Splunk {self.hec_token}",
            "__splunk_app_name": self.app_name,
            "__splunk_app_version": self.app_version,
            **{str(name): str(value) for name, value in self.custom_headers.items()},
            **({"Content-Encoding": "gzip"} if self.gzip_compression else {}),
        }
        try:
            self._http = self._pool()
        except OSError as error:
            raise self.error(f"cannot load TLS files: {error}") from error

    def _make_url(self) -> str:
        base = self.full_url.removesuffix("/") or f"{self.protocol}://{self.hec_host}:{self.hec_port}"
        url = f"{base}/{self.hec_endpoint.removeprefix('/')}"
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            option = "full_url" if self.full_url else "hec_host"
            raise self.error(f"option {option!r} makes no URL: {url!r}", option)
        return url

    def _build(self, element: Element) -> tuple[TagMatcher, Formatter]:
        if "add_newline" not in element:
            element.set("add_newline", "false")
        try:
            matches = compile_tag_patterns(element.arg or "**")
        except ValueError as error:
            raise self.error(f"<format> must have tag patterns: {error}") from None
        return matches, self.create_formatter(element, "json")

    def _formatter_of(self, tag: str) -> Formatter | None:
        if tag not in self._chosen:
            if len(self._chosen) > 1000:
                self._chosen.clear()
            self._chosen[tag] = next((one for matches, one in self._formatters if matches(tag)), None)
        return self._chosen[tag]

    def _pool(self) -> urllib3.PoolManager:
        scheme = urlsplit(self._url).scheme
        return connections(
            self.buffer.flush_thread_count,
            self._tls() if scheme == "https" else None,
            proxy=os.environ.get(f"{scheme}_proxy") or os.environ.get(f"{scheme.upper()}_PROXY"),
            connect_seconds=self.open_timeout,
            read_seconds=self.read_timeout,
        )

    def _tls(self) -> ssl.SSLContext:
        context = client_context(
            authority=self.ca_file,
            certificate=self.client_cert,
            key=self.client_key,
            ciphers=":".join(self.ssl_ciphers or []) or None,
            verify=not self.insecure_ssl,
        )
        if self.ca_path:
            context.load_verify_locations(capath=self.ca_path)
        return context

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        out = []
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                out.append(self._maker.make(tag, time, record))
            except BadEvent as error:
                self.emit_error(tag, time, record, error)
                out.append(b"")
        return out

    def write(self, chunk: Chunk) -> None:
        body = chunk.read()
        if self.gzip_compression:
            body = gzip.compress(body, mtime=0)
        answer = self._http.request("POST", self._url, body=body, headers=self._headers)
        if 200 <= answer.status < 300:
            return
        text = f"cannot post to Splunk: {answer.status} {shorten(answer.data)}"
        if answer.status >= 500 or answer.status == 429 or not self.consume_chunk_on_4xx_errors:
            raise SplunkError(text)
        raise UnrecoverableError(text)

    def close(self) -> None:
        self._http.clear()

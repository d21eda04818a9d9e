"""Posts chunks to an HTTP endpoint."""

import gzip
import os
import ssl
from typing import Any, ClassVar
from urllib.parse import urlsplit

import urllib3

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element, Section, param
from kelp.agent.event import Batch
from kelp.agent.listen.transport import TLS_VERSIONS
from kelp.agent.output.http import basic_auth, connections, shorten
from kelp.agent.output.tls import client_context
from kelp.agent.plugin import UnrecoverableError, register
from kelp.common.errors import KelpError

_CONTENT_TYPES = {
    "json": "application/x-ndjson",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ltsv": "text/tab-separated-values",
    "msgpack": "application/x-msgpack",
    "out_file": "text/plain",
    "single_value": "text/plain",
    "stdout": "text/plain",
    "hash": "text/plain",
}


class RetryableResponse(KelpError):
    """The endpoint refused a chunk for now."""


class AuthSection(Section):
    """How to authenticate."""

    method: str = param.enum(["basic", "aws_sigv4"], default="basic", description="Method; basic.")
    username: str | None = param.string(default=None, description="User name.")
    password: str | None = param.string(default=None, secret=True, description="Password.")

    def configure(self) -> None:
        if self.method == "aws_sigv4":
            raise self.error("method aws_sigv4 is not supported; use basic or a signing proxy", "method")


@register("output", "http")
class HttpOutput(BufferedOutput):
    """One request per chunk; an answer other than 2xx is retried or, by default, given up unless it is 503."""

    takes_label = False

    flat_options: ClassVar[tuple[str, ...]] = ()

    endpoint: str = param.string(description="URL, with placeholders.")
    http_method: str = param.enum(["put", "post"], default="post", description="HTTP method.")
    proxy: str | None = param.string(
        default=None, description="Proxy; HTTP_PROXY of the environment by default."
    )
    content_type: str | None = param.string(
        default=None, description="Content type; by default the format's."
    )
    json_array: bool = param.boolean(default=False, description="Send one JSON array instead of lines.")
    headers: dict[str, Any] = param.hash(default={}, description="Headers to add.")
    headers_from_placeholders: dict[str, Any] = param.hash(
        default={}, description="Headers to add whose values have placeholders."
    )
    compress: str = param.enum(["text", "gzip"], default="text", description="How bodies are packed.")
    allowed_hosts: list[str] = param.array(
        default=[], value_type="string", description="Hosts that placeholders in the endpoint may name."
    )
    open_timeout: int | None = param.integer(default=None, description="Limit for connecting, in seconds.")
    read_timeout: int | None = param.integer(default=None, description="Limit for the answer, in seconds.")
    ssl_timeout: int | None = param.integer(default=None, description="Accepted: see open_timeout.")
    reuse_connections: bool = param.boolean(
        default=False, description="Accepted: connections are kept anyway."
    )
    tls_ca_cert_path: str | None = param.string(default=None, description="Certificates to trust, PEM.")
    tls_client_cert_path: str | None = param.string(default=None, description="Client certificate, PEM.")
    tls_private_key_path: str | None = param.string(
        default=None, description="Private key of the client's certificate, PEM."
    )
    tls_private_key_passphrase: str | None = param.string(
        default=None, secret=True, description="Password of that key."
    )
    tls_verify_mode: str = param.enum(
        ["none", "peer"], default="peer", description="Check the server's certificate."
    )
    tls_version: str = param.enum(list(TLS_VERSIONS), default="TLSv1_2", description="Lowest TLS version.")
    tls_ciphers: str | None = param.string(default=None, description="Ciphers, in OpenSSL's notation.")
    error_response_as_unrecoverable: bool = param.boolean(
        default=True,
        description="Give a chunk to the secondary when the answer is an error; else 4xx drop it, 5xx retry it.",
    )
    retryable_response_codes: list[int] = param.array(
        default=[503],
        value_type="integer",
        description="Answers after which the chunk is retried in any case.",
    )
    format_element: Element | None = param.element(
        "format", plugin_kind="formatter", description="How events are written; type json by default."
    )
    auth: AuthSection | None = param.section("auth", AuthSection, description="How to authenticate.")

    def configure(self) -> None:
        super().configure()
        self._formatter = self.create_formatter(self.format_element, "json")
        kind = self._formatter.type_name
        if self.json_array and kind != "json":
            raise self.error("option 'json_array' needs the format json", "json_array")
        if self.content_type is None:
            if kind not in _CONTENT_TYPES:
                raise self.error(f"option 'content_type' is required with the format {kind}")
            self.content_type = "application/json" if self.json_array else _CONTENT_TYPES[kind]
        parts = urlsplit(self.endpoint)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise self.error(f"option 'endpoint' must be a URL, got {self.endpoint!r}", "endpoint")
        self._host = None if "${" in parts.netloc else parts.hostname
        try:
            self._http = self._pool(parts.scheme)
        except OSError as error:
            raise self.error(f"cannot load TLS files: {error}") from error

    def _pool(self, scheme: str) -> urllib3.PoolManager:
        return connections(
            self.buffer.flush_thread_count,
            self._tls() if scheme == "https" else None,
            proxy=self.proxy or os.environ.get("HTTP_PROXY") or os.environ.get("http_proxy"),
            connect_seconds=self.open_timeout,
            read_seconds=self.read_timeout,
        )

    def _tls(self) -> ssl.SSLContext:
        return client_context(
            authority=self.tls_ca_cert_path,
            certificate=self.tls_client_cert_path,
            key=self.tls_private_key_path,
            password=self.tls_private_key_passphrase,
            ciphers=self.tls_ciphers,
            verify=self.tls_verify_mode == "peer",
            lowest=TLS_VERSIONS[self.tls_version],
        )

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        lines = self._formatter.format_records(tag, batch)
        return [line + b"," for line in lines] if self.json_array else lines

    def write(self, chunk: Chunk) -> None:
        url = self._url(chunk)
        body = b"[" + chunk.read()[:-1] + b"]" if self.json_array else chunk.read()
        headers = {str(name): str(value) for name, value in self.headers.items()}
        for name, value in self.headers_from_placeholders.items():
            headers[str(name)] = self.extract_placeholders(str(value), chunk)
        if self.auth is not None:
            headers["Authorization"] = basic_auth(self.auth.username, self.auth.password)
        if self.compress == "gzip":
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Type"] = self.content_type or ""
        answer = self._http.request(self.http_method.upper(), url, body=body, headers=headers, redirect=False)
        if not 200 <= answer.status < 300:
            self._fail(answer.status, answer.data)

    def _url(self, chunk: Chunk) -> str:
        url = self.extract_placeholders(self.endpoint, chunk)
        host = urlsplit(url).hostname
        if host != self._host and host not in self.allowed_hosts:
            raise UnrecoverableError(f"cannot post to {url}: host {host} is not in allowed_hosts")
        return url

    def _fail(self, status: int, body: bytes) -> None:
        text = f"cannot post chunk: {status} {shorten(body)}"
        if status in self.retryable_response_codes:
            raise RetryableResponse(text)
        if self.error_response_as_unrecoverable:
            raise UnrecoverableError(text)
        if status == 429 or status >= 500:
            raise RetryableResponse(text)
        self.log.error("chunk refused and dropped, error_response_as_unrecoverable is false", error=text)

    def close(self) -> None:
        self._http.clear()

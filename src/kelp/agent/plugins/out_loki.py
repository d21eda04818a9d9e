"""Pushes events to Grafana Loki."""

import gzip
import re
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element, param
from kelp.agent.event import Batch, Record
from kelp.agent.output.http import basic_auth, connections, shorten
from kelp.agent.output.json_text import dump_clean
from kelp.agent.output.tls import client_context
from kelp.agent.plugin import UnrecoverableError, register
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.ruby.text import to_s
from kelp.common.errors import KelpError

_UNSAFE = re.compile(r"[.\-/]")
_ESCAPED = re.compile(r'(["\\])')


class LokiError(KelpError):
    """Loki did not take a chunk for now."""


@register("output", "loki")
class LokiOutput(BufferedOutput):
    """One push per chunk, a stream per set of labels; 429 and 5xx are retried, other refusals given up."""

    holds = Content.REQUESTS

    url: str = param.string(default="https://logs-prod-us-central1.grafana.net", description="Loki's URL.")
    username: str | None = param.string(default=None, description="User name.")
    password: str | None = param.string(default=None, secret=True, description="Password.")
    bearer_token_file: str | None = param.string(default=None, description="File with a bearer token.")
    cert: str | None = param.string(default=None, description="Client certificate, PEM.")
    key: str | None = param.string(default=None, description="Private key of the client's certificate, PEM.")
    ca_cert: str | None = param.string(default=None, description="Certificates to trust, PEM.")
    ciphers: str | None = param.string(default=None, description="TLS ciphers, in OpenSSL's notation.")
    min_version: str | None = param.string(default=None, description="Lowest TLS version: TLS1_2 or TLS1_3.")
    insecure_tls: bool = param.boolean(default=False, description="Check nothing about certificates.")
    custom_headers: dict[str, Any] = param.hash(default={}, description="Headers to add.")
    compress: str | None = param.enum(["gzip"], default=None, description="How bodies are packed.")
    tenant: str | None = param.string(default=None, description="Tenant, with placeholders.")
    extra_labels: dict[str, Any] = param.hash(default={}, description="Labels of every stream.")
    line_format: str = param.enum(["json", "key_value"], default="key_value", description="Form of lines.")
    extract_kubernetes_labels: bool = param.boolean(
        default=False, description="Make pod labels stream labels."
    )
    remove_keys: list[str] = param.array(default=[], value_type="string", description="Fields to leave out.")
    drop_single_key: bool = param.boolean(
        default=False, description="Of records with one field, send the value."
    )
    include_thread_label: bool = param.boolean(
        default=True, description="Accepted: Kelp's streams need no label per thread."
    )
    label_element: Element | None = param.element(
        "label", description="Label names and the fields they come from."
    )

    def configure(self) -> None:
        super().configure()
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise self.error(f"option 'url' must be an http URL, got {self.url!r}", "url")
        try:
            named = self.label_element.items() if self.label_element else ()
            self._labels = [(_UNSAFE.sub("_", name), Accessor(str(path or name))) for name, path in named]
            self._removed = [Accessor(path) for path in self.remove_keys]
        except ValueError as error:
            raise self.error(f"<label> and remove_keys must hold {error}") from None
        self._headers = self._make_headers()
        tls = self._tls() if parts.scheme == "https" else None
        self._http = connections(self.buffer.flush_thread_count, tls)

    def _make_headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        headers.update({str(name): str(value) for name, value in self.custom_headers.items()})
        if self.bearer_token_file:
            try:
                token = Path(self.bearer_token_file).read_text().strip()
            except OSError as error:
                raise self.error(
                    f"cannot read bearer_token_file {self.bearer_token_file}: {error.strerror}"
                ) from error
            headers["Authorization"] = f"Bearer {token}"
        if self.username:
            headers["Authorization"] = basic_auth(self.username, self.password)
        if self.compress == "gzip":
            headers["Content-Encoding"] = "gzip"
        return headers

    def _tls(self) -> ssl.SSLContext:
        try:
            return client_context(
                authority=self.ca_cert,
                certificate=self.cert if self.key else None,
                key=self.key,
                ciphers=self.ciphers,
                verify=not self.insecure_tls,
                lowest=ssl.TLSVersion.TLSv1_3 if self.min_version == "TLS1_3" else None,
            )
        except OSError as error:
            raise self.error(f"cannot load TLS files: {error}") from error

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        """Each event as a JSON line of labels, time and text."""
        out = []
        for time, record in zip(batch.times, batch.records, strict=True):
            labels, line = self._entry(record)
            out.append(dump_clean([labels, str(time), line]) + b"\n")
        return out

    def _entry(self, record: Record) -> tuple[dict[str, str], str]:
        found: dict[str, Any] = {}
        rest = orjson.loads(dump_clean(record)) if self._labels or self._removed else record
        for name, accessor in self._labels:
            found[name] = accessor.get(rest)
            accessor.delete(rest)
        kubernetes = rest.get("kubernetes") if self.extract_kubernetes_labels else None
        pod_labels = kubernetes.get("labels") if isinstance(kubernetes, dict) else None
        if isinstance(pod_labels, dict):
            found.update({_UNSAFE.sub("_", name): value for name, value in pod_labels.items()})
        for accessor in self._removed:
            accessor.delete(rest)
        found.update(self.extra_labels)
        labels = {name: value.replace('"', '\\"') for name, value in found.items() if isinstance(value, str)}
        return labels, self._line(rest)

    def _line(self, record: Record) -> str:
        if self.drop_single_key and len(record) == 1:
            return to_s(next(iter(record.values())))
        if self.line_format == "json":
            return dump_clean(record).decode()
        pairs = []
        for key, value in record.items():
            text = _ESCAPED.sub(r"\\\1", to_s(value))
            pairs.append(f'{key}="{text}"' if " " in text or "=" in text else f"{key}={text}")
        return " ".join(pairs)

    def write(self, chunk: Chunk) -> None:
        streams: dict[bytes, tuple[dict[str, str], list[list[str]]]] = {}
        for raw in chunk.read().splitlines():
            labels, time, line = orjson.loads(raw)
            key = orjson.dumps(labels, option=orjson.OPT_SORT_KEYS)
            streams.setdefault(key, (labels, []))[1].append([time, line])
        for _, values in streams.values():
            values.sort(key=lambda entry: int(entry[0]))
        body = orjson.dumps(
            {"streams": [{"stream": labels, "values": values} for labels, values in streams.values()]}
        )
        headers = dict(self._headers)
        if self.tenant:
            headers["X-Scope-OrgID"] = self.extract_placeholders(self.tenant, chunk)
        if self.compress == "gzip":
            body = gzip.compress(body, mtime=0)
        url = f"{self.url.rstrip('/')}/loki/api/v1/push"
        answer = self._http.request("POST", url, body=body, headers=headers)
        if not 200 <= answer.status < 300:
            text = f"cannot push to Loki: {answer.status} {shorten(answer.data)}"
            if answer.status == 429 or answer.status >= 500:
                raise LokiError(text)
            raise UnrecoverableError(text)

    def close(self) -> None:
        self._http.clear()

"""Input `prometheus`: the page that Prometheus reads metrics from."""

import gzip
import http.client
import ssl
from collections.abc import Iterable

from kelp.agent.config import Section, param
from kelp.agent.listen.pages import Page, PageServer, Query
from kelp.agent.listen.transport import TransportSection
from kelp.agent.metrics.registry import CONTENT_TYPE, REGISTRY
from kelp.agent.plugin import Input, register

_WORKER_SECONDS = 5.0
_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class SslSection(Section):
    """The older way to set up TLS."""

    enable: bool = param.boolean(default=False, description="Serve over TLS.")
    certificate_path: str | None = param.string(default=None, description="Certificate chain, PEM.")
    private_key_path: str | None = param.string(default=None, description="Private key, PEM.")
    ca_path: str | None = param.string(default=None, description="Accepted for Fluentd's sake.")

    def configure(self) -> None:
        if self.enable and (self.certificate_path is None or self.private_key_path is None):
            raise self.error("both certificate_path and private_key_path are needed")


@register("input", "prometheus")
class PrometheusInput(Input):
    """Serve the metrics of this worker at `/metrics`, and of all workers at `/aggregated_metrics`."""

    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    port: int = param.integer(default=24231, description="Port to listen on, plus the number of the worker.")
    metrics_path: str = param.string(default="/metrics", description="Path of this worker's metrics.")
    aggregated_metrics_path: str = param.string(
        default="/aggregated_metrics", description="Path of the metrics of all workers."
    )
    content_encoding: str = param.enum(
        ["identity", "gzip"], default="identity", description="Compression of the answers."
    )
    ignore_error_log_interval: float = param.time(default=3600, description="Accepted for Fluentd's sake.")
    transport: TransportSection | None = param.section(
        "transport", TransportSection, description="TLS settings."
    )
    ssl_: SslSection | None = param.section("ssl", SslSection, description="Older TLS settings.")

    def configure(self) -> None:
        self._server: PageServer | None = None

    def start(self) -> None:
        pages = {self.metrics_path: self._own, self.aggregated_metrics_path: self._of_all}
        self._tls = self._tls_context()
        bind = self.bind.strip("[]")
        self._server = PageServer(bind, self.port + self.context.worker_id, pages, self.log, tls=self._tls)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    def _tls_context(self) -> ssl.SSLContext | None:
        if self.transport is not None:
            return self.transport.context()
        if self.ssl_ is None or not self.ssl_.enable:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(self.ssl_.certificate_path), self.ssl_.private_key_path)
        return context

    def _own(self, query: Query) -> Page:
        return self._page(REGISTRY.render())

    def _of_all(self, query: Query) -> Page:
        if self.context.workers == 1:
            return self._own(query)
        return self._page(merge(self._fetch(number) for number in range(self.context.workers)))

    def _fetch(self, worker: int) -> bytes:
        """The metrics of a worker; none where it does not answer, as while it restarts."""
        if worker == self.context.worker_id:
            return REGISTRY.render()
        host, port = _REACHABLE.get(self.bind.strip("[]"), self.bind.strip("[]")), self.port + worker
        connection: http.client.HTTPConnection
        if self._tls is None:
            connection = http.client.HTTPConnection(host, port, timeout=_WORKER_SECONDS)
        else:  # another worker of this agent: its certificate need not name this address
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection(host, port, timeout=_WORKER_SECONDS, context=context)
        try:
            connection.request("GET", self.metrics_path)
            body = connection.getresponse().read()
            return gzip.decompress(body) if self.content_encoding == "gzip" else body
        except OSError as error:
            self.log.warning("cannot read metrics of another worker", worker=worker, error=error)
            return b""
        finally:
            connection.close()

    def _page(self, text: bytes) -> Page:
        body = gzip.compress(text) if self.content_encoding == "gzip" else text
        return Page(body, CONTENT_TYPE, {"Content-Encoding": self.content_encoding})


def merge(texts: Iterable[bytes]) -> bytes:
    """One text of several: the series of a metric stand together, below its heading."""
    comments: dict[str, list[str]] = {}
    series: dict[str, list[str]] = {}
    for text in texts:
        name = ""
        fresh = False
        for line in text.decode("utf-8", "replace").splitlines():
            if line.startswith("#"):
                words = line.split(" ", 3)
                if len(words) < 3 or words[1] not in ("HELP", "TYPE"):
                    continue
                if words[2] != name:
                    name = words[2]
                    fresh = name not in comments
                    comments.setdefault(name, [])
                if fresh:
                    comments[name].append(line)
            elif line:
                series.setdefault(name, []).append(line)
    return "".join(
        line + "\n" for name, head in comments.items() for line in (*head, *series.get(name, []))
    ).encode()

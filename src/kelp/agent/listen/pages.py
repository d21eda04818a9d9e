"""Small HTTP pages that inputs answer GET requests with."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from kelp.agent.listen.http import BadRequest, Request, read_requests, respond
from kelp.agent.listen.tcp import Connection, TcpListener
from kelp.common.log import Log

_MOST_BODY_BYTES = 64 << 10
_IDLE_SECONDS = 30.0
Query = dict[str, list[str]]


@dataclass(slots=True)
class Page:
    """An answer: body, type, further headers, status."""

    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


Answer = Callable[[Query], Page]


class PageServer:
    """Answers GET and HEAD requests for the paths in `pages` from `start` to `stop`."""

    def __init__(
        self,
        bind: str,
        port: int,
        pages: Mapping[str, Answer],
        log: Log,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._pages = pages
        self._log = log
        self._listener = TcpListener(bind, port, self._serve, log, tls=tls)

    def start(self) -> None:
        """Listen. Raises KelpError when the address cannot be had."""
        self._listener.start()

    def stop(self) -> None:
        """Take no more requests."""
        self._listener.stop()

    def _serve(self, connection: Connection) -> None:
        connection.idle_seconds = _IDLE_SECONDS
        try:
            for request in read_requests(connection, _MOST_BODY_BYTES):
                page = self._answer(request)
                body = b"" if request.method == "HEAD" else page.body
                headers = {"Content-Type": page.content_type, **page.headers}
                respond(connection, page.status, body, headers, keep_alive=request.keep_alive)
                if not request.keep_alive:
                    return
        except BadRequest as error:
            respond(
                connection,
                error.status,
                str(error).encode(),
                {"Content-Type": "text/plain"},
                keep_alive=False,
            )

    def _answer(self, request: Request) -> Page:
        target = urlsplit(request.target)
        answer = self._pages.get(target.path.rstrip("/"))
        if answer is None or request.method not in ("GET", "HEAD"):
            return Page(b'{"message":"Not found"}', "application/json", status=404)
        try:
            return answer(parse_qs(target.query, keep_blank_values=True))
        except Exception as error:  # noqa: BLE001 - one page's fault must not end the server
            self._log.exception("cannot answer request", path=target.path)
            return Page(str(error).encode("utf-8", "replace"), "text/plain", status=500)

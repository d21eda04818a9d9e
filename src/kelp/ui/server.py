"""Puts the parts together: routes, the checks before them, and the process around them."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Generator

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kelp.common.errors import KelpError
from kelp.common.log import Log
from kelp.ui import proxy, short_urls
from kelp.ui.auth import Guard
from kelp.ui.page import Page, security_headers
from kelp.ui.replies import error_reply
from kelp.ui.saved_objects import api as saved_objects
from kelp.ui.settings import Settings, check
from kelp.ui.status import Status
from kelp.ui.upstream import Upstream

SHUTDOWN_SECONDS = 3


class BasePath:
    """Takes the base path off a request when no proxy has done so (`rewrite_base_path`)."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._base + "/"):
            scope = dict(scope)
            scope["path"] = scope["path"].removeprefix(self._base)
            raw: bytes = scope.get("raw_path") or b""
            scope["raw_path"] = raw.removeprefix(self._base.encode())
        elif scope["type"] == "http" and scope["path"] == self._base:
            target = self._base + "/"
            await Response(status_code=308, headers={"location": target})(scope, receive, send)
            return
        await self._app(scope, receive, send)


class SecurityHeaders:
    """Adds the security headers to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def build_app(settings: Settings, upstream: Upstream, page: Page) -> ASGIApp:
    """The application; it closes `upstream` when it ends."""
    forward_auth = not settings.protected and not upstream.authenticates

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await upstream.close()

    async def not_found(request: Request, error: Exception) -> Response:
        return error_reply(404, f"nothing here: {request.url.path}")

    async def wrong_method(request: Request, error: Exception) -> Response:
        return error_reply(405, f"cannot {request.method} {request.url.path}")

    routes = [
        Route(
            proxy.PREFIX + "{path:path}", proxy.Proxy(upstream, forward_auth).forward, methods=proxy.METHODS
        ),
        Route("/api/status", Status(settings, upstream).show),
        *saved_objects.routes(upstream, forward_auth),
        *short_urls.routes(upstream, forward_auth),
        *(Route(path, page.serve) for path in ("/", "/index.html", "/app", "/app/{rest:path}")),
        Route("/s/{space}/app/{rest:path}", page.serve),
        Route("/{file:path}", page.file),
    ]
    app: ASGIApp = Starlette(
        routes=routes, lifespan=lifespan, exception_handlers={404: not_found, 405: wrong_method}
    )
    app = SecurityHeaders(Guard(app, settings, page))
    if settings.rewrite_base_path and settings.base_path:
        app = BasePath(app, settings.base_path)
    return app


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; KelpError when the port is taken or the address is not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            cause = "the port is in use; choose another with --port"
        else:
            cause = f"{error.strerror or error}"
        raise KelpError(f"cannot listen on {host}:{port}: {cause}") from error
    return listener


class _Server(uvicorn.Server):
    """Ends with status 0 on SIGTERM and SIGINT, which uvicorn would raise again after the shutdown."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises KelpError when the server cannot start."""
    check(settings)
    page = Page()
    upstream = Upstream(settings)
    listener = bind(settings.host, settings.port)
    config = uvicorn.Config(
        build_app(settings, upstream, page),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    Log("ui").info("listening", url=f"http://{shown}:{port}", elasticsearch=upstream.addresses)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_Server(config).serve(sockets=[listener]))
    Log("ui").info("stopped")

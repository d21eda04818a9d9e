"""The ASGI application: reads requests, runs handlers in worker threads, sends answers."""

import asyncio
import pkgutil
import time
import uuid
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

import kelp.store.api
from kelp.common.log import Log
from kelp.store.api import body as request_body
from kelp.store.api import errors
from kelp.store.api.access import Access
from kelp.store.api.known_parameters import check_parameters
from kelp.store.api.parameters import Parameters
from kelp.store.api.pools import Pools
from kelp.store.api.respond import Sent, render
from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.router import Router
from kelp.store.engine.cancellation import RUNNING, Cancellation
from kelp.store.errors import ApiError
from kelp.store.node import HttpCounts

if TYPE_CHECKING:
    from kelp.store.node import Node
    from kelp.store.store import Store

log = Log("store.api")

IN_FLIGHT_LIMIT_BYTES = 512 * 1024 * 1024
"""How much all request bodies together may hold that wait or are worked on."""
_CANCEL_SECONDS = 0.5
SLOW_SECONDS = 10.0
"""Requests that took longer are logged."""


def create_app(
    store: "Store", node: "Node", access: Access | None = None, on_close: Callable[[], None] | None = None
) -> "App":
    """The API of an open store; `on_close` runs once no request runs any more."""
    pools = Pools()
    node.pools = pools.counts
    return App(all_routes(store, node), pools, access, on_close, node.http, cancel=store.engine.cancel)


def all_routes(store: "Store", node: "Node") -> list[Route]:
    """The routes of every module in this package that has `routes(store)` or `node_routes(store, node)`."""
    found: list[Route] = []
    for module in pkgutil.iter_modules(kelp.store.api.__path__, "kelp.store.api."):
        family = import_module(module.name)
        if hasattr(family, "routes"):
            found += family.routes(store)
        if hasattr(family, "node_routes"):
            found += family.node_routes(store, node)
    return found


class App:
    """Elasticsearch's HTTP API over `routes`."""

    def __init__(
        self,
        routes: Iterable[Route],
        pools: Pools,
        access: Access | None = None,
        on_close: Callable[[], None] | None = None,
        counts: HttpCounts | None = None,
        content_limit_bytes: int = request_body.CONTENT_LIMIT_BYTES,
        cancel: Callable[[str], None] | None = None,
    ) -> None:
        self._router = Router(routes)
        self._pools = pools
        self._access = access or Access()
        self._on_close = on_close
        self._content_limit_bytes = content_limit_bytes
        self._in_flight_bytes = 0
        self._cancel = cancel
        self.counts = counts or HttpCounts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(self._close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _close(self) -> None:
        self._pools.shutdown()
        if self._on_close is not None:
            self._on_close()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.counts.requests += 1
        self.counts.running += 1
        try:
            status, headers, payload = await self._answer(scope, receive)
        except request_body.ClientGoneError:
            return
        finally:
            self.counts.running -= 1
        self.counts.sent_bytes += len(payload)
        self.counts.failures += status >= 500
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": payload})

    async def _answer(self, scope: Scope, receive: Receive) -> Sent:
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8")
        call = Call(scope["method"], raw_path.partition(b"?")[0].decode("latin-1"))
        call.headers = headers = Headers(scope=scope)
        try:
            call.parameters = Parameters(scope["query_string"])
            self._access.check(headers.get("authorization"))
            route = self._route(call)
            if isinstance(route, Reply):
                return render(route, call)
            check_parameters(call.path, call.parameters)
            call.body = await self._read_body(headers, receive)
            return await self._run(route, call, receive)
        except ApiError as error:
            return render_error(error, call)

    async def _run(self, route: Route, call: Call, receive: Receive) -> Sent:
        held = len(call.body)
        self._in_flight_bytes += held
        began = time.monotonic()
        try:
            if route.pool == "search" and self._cancel is not None:
                return await self._search(route, call, receive, self._cancel)
            return await self._pools.run(route.pool, lambda: _run(route, call))
        finally:
            self._in_flight_bytes -= held
            seconds = time.monotonic() - began
            if seconds > SLOW_SECONDS:
                log.warning("slow request", method=call.method, path=call.path, seconds=f"{seconds:.1f}")

    async def _search(
        self, route: Route, call: Call, receive: Receive, cancel: Callable[[str], None]
    ) -> Sent:
        """Run a handler whose statements end when the client goes away, as Elasticsearch ends its searches."""
        cancellation = Cancellation()
        work = asyncio.ensure_future(self._pools.run(route.pool, lambda: _run(route, call, cancellation)))
        gone = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() or gone.result()["type"] != "http.disconnect":
                return await work
            cancellation.cancelled = True
            while not work.done():
                # Once more and again: a statement may have begun just after the last look.
                await asyncio.to_thread(cancel, cancellation.tag)
                await asyncio.wait({work}, timeout=_CANCEL_SECONDS)
            work.exception()
            raise request_body.ClientGoneError
        finally:
            gone.cancel()

    def _route(self, call: Call) -> Route | Reply:
        match = self._router.match(call.method, call.path)
        if match is None:
            text = f"no handler found for uri [{call.path}] and method [{call.method}]"
            return Reply({"error": text}, 400)
        if match.route is None:
            allowed = ", ".join(match.allowed)
            text = f"Incorrect HTTP method for uri [{call.path}] and method [{call.method}]"
            text += f", allowed: [{allowed}]"
            return Reply(errors.plain(405, text), 405, headers={"Allow": ",".join(match.allowed)})
        call.args = match.args
        return match.route

    async def _read_body(self, headers: Headers, receive: Receive) -> bytes:
        length = headers.get("content-length", "")
        declared = int(length) if length.isdigit() else None
        if self._in_flight_bytes and self._in_flight_bytes + (declared or 0) > IN_FLIGHT_LIMIT_BYTES:
            raise ApiError(
                429,
                "circuit_breaking_exception",
                f"request bodies in flight hold {self._in_flight_bytes} bytes already, at most "
                f"{IN_FLIGHT_LIMIT_BYTES} are allowed; send the request again later",
            )
        payload = await request_body.read(receive, declared, self._content_limit_bytes)
        self.counts.received_bytes += len(payload)
        if payload and not request_body.accepts(headers.get("content-type", "")):
            text = f"Content-Type header [{headers.get('content-type', '')}] is not supported"
            raise ApiError(406, "media_type_header_exception", text)
        return payload


def _run(route: Route, call: Call, cancellation: Cancellation | None = None) -> Sent:
    """Run a handler and render what it returns; runs in a worker thread."""
    RUNNING.set(cancellation)
    try:
        encoding = call.headers.get("content-encoding", "")
        if call.body and encoding:
            call.body = request_body.decompress(call.body, encoding)
        elif not call.body and "source" in call.parameters:
            call.body = call.parameters.text("source").encode("utf-8")
        return render(route.handler(call), call)
    except ApiError as error:
        return render_error(error, call)
    except Exception as error:  # noqa: BLE001 - a handler's fault must never end the server
        return _render_fault(error, call)


def render_error(error: ApiError, call: Call) -> Sent:
    """Elasticsearch's error body; faults of the request line use its short form."""
    if error.type == "media_type_header_exception":
        return render(Reply(errors.plain(error.status, error.reason), error.status), call)
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="security" charset="UTF-8"'
    try:
        return render(Reply(errors.body(error), error.status, headers=headers), call)
    except ApiError as fault:  # `?pretty=nonsense`: render without options
        call.parameters = Parameters()
        return render(Reply(errors.body(fault), fault.status, headers=headers), call)


def _render_fault(error: Exception, call: Call) -> Sent:
    request_id = uuid.uuid4().hex[:12]
    log.exception("cannot answer request", method=call.method, path=call.path, request_id=request_id)
    reason = f"unexpected {type(error).__name__}; the store's log tells more under request_id={request_id}"
    call.parameters = Parameters()
    body: Any = errors.body(ApiError(500, "exception", reason))
    return render(Reply(body, 500), call)

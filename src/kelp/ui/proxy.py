"""Forwards `api/es/…` to Elasticsearch: body, query and answer unchanged, nothing else reachable."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

import httpx2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from kelp.common.log import Log
from kelp.ui.replies import error_reply
from kelp.ui.upstream import Upstream, UpstreamDown, UpstreamTimeout

PREFIX = "/api/es/"
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]

# The browser's other headers (cookies, Origin, the page's own login) are no business of Elasticsearch.
_REQUEST_HEADERS = ("accept", "accept-encoding", "content-type", "content-encoding", "x-opaque-id")
_RESPONSE_HEADERS = (
    "content-type",
    "content-encoding",
    "content-length",
    "warning",
    "x-opaque-id",
    "x-elastic-product",
    "www-authenticate",
)
# A body up to this size is read before it is sent on, so that the wait for the answer can watch the browser.
_SMALL_BODY_BYTES = 1 << 20
_FORBIDDEN = re.compile(rb"[\x00-\x20\x7f\\]")


class BadTarget(ValueError):
    """A path that must not be forwarded."""


def target_of(raw_path: bytes, query: bytes) -> bytes:
    """Path and query for Elasticsearch, from the raw path after `api/es/`: `logs/_search` → `/logs/_search`.

    Raises BadTarget for dot segments, backslashes, control characters and further hosts.
    """
    path = raw_path.partition(b"?")[0]
    decoded = unquote_to_bytes(path)
    if any(segment in (b".", b"..") for segment in decoded.split(b"/")):
        raise BadTarget("dot segments are not allowed")
    if _FORBIDDEN.search(path) or b"\x00" in decoded or b"//" in path or path.startswith(b"/"):
        raise BadTarget("the path is not that of an Elasticsearch request")
    return b"/" + path + (b"?" + query if query else b"")


class Proxy:
    """Handles `api/es/{path}`; `forward_auth` hands on the browser's Authorization header."""

    def __init__(self, upstream: Upstream, forward_auth: bool) -> None:
        self._upstream = upstream
        self._names = (*_REQUEST_HEADERS, "authorization") if forward_auth else _REQUEST_HEADERS
        self._log = Log("ui.proxy")

    async def forward(self, request: Request) -> Response:
        """Forward one request. Down: 502. No answer in time: 504."""
        raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
        try:
            target = target_of(raw.partition(PREFIX.encode())[2], request.scope["query_string"])
        except BadTarget as error:
            return error_reply(400, f"cannot forward the request: {error}")
        headers = {name: request.headers[name] for name in self._names if name in request.headers}
        headers.setdefault("accept-encoding", "identity")
        try:
            answer = await self._send(request, target, headers)
        except UpstreamDown as error:
            self._log.debug("upstream down", error=error)
            return error_reply(502, str(error), type="elasticsearch_down")
        except UpstreamTimeout as error:
            return error_reply(504, str(error), type="elasticsearch_timeout")
        except ClientDisconnect:
            return Response(status_code=499)
        kept = {name: answer.headers[name] for name in _RESPONSE_HEADERS if name in answer.headers}
        kept["cache-control"] = "no-store"
        return StreamingResponse(_body(answer), answer.status_code, kept)

    async def _send(self, request: Request, target: bytes, headers: dict[str, str]) -> httpx2.Response:
        length = request.headers.get("content-length")
        if length is not None and length.isdigit() and int(length) > _SMALL_BODY_BYTES:
            headers["content-length"] = length
            return await self._upstream.send(request.method, target, headers, request.stream())
        if "transfer-encoding" in request.headers:
            return await self._upstream.send(request.method, target, headers, request.stream())
        body = await request.body()
        sending = asyncio.create_task(self._upstream.send(request.method, target, headers, body or None))
        gone = asyncio.create_task(_disconnected(request))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                return sending.result()
            # Closing the connection makes Elasticsearch give the search up.
            raise ClientDisconnect
        finally:
            await _cancel(gone)
            if not sending.done():
                await _cancel(sending)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _cancel(task: "asyncio.Task[object]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _body(answer: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for block in answer.aiter_raw():
            yield block
    finally:
        await answer.aclose()

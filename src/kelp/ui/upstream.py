"""The connection to Elasticsearch: which address, which credentials, what when it does not answer."""

from collections.abc import AsyncIterable, Mapping
from typing import Any

import httpx2
import orjson

from kelp.common.errors import KelpError
from kelp.common.log import Log
from kelp.ui.settings import Settings, tls_context

CONNECT_TIMEOUT_SECONDS = 3.0


class UpstreamDown(KelpError):
    """No address of Elasticsearch took the connection, or the one that did broke it off."""


class UpstreamTimeout(KelpError):
    """Elasticsearch took the request and did not answer in time."""


class Upstream:
    """Sends requests to Elasticsearch; tries the next address when one refuses the connection."""

    def __init__(self, settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._urls = [httpx2.URL(host) for host in settings.elasticsearch]
        self._timeout_seconds = settings.timeout_seconds
        self._log = Log("ui.upstream")
        auth = None
        if settings.elasticsearch_username is not None:
            auth = httpx2.BasicAuth(settings.elasticsearch_username, settings.elasticsearch_password or "")
        self.authenticates = auth is not None or any(url.userinfo for url in self._urls)
        self._client = httpx2.AsyncClient(
            auth=auth,
            verify=tls_context(settings),
            timeout=httpx2.Timeout(settings.timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS),
            limits=httpx2.Limits(max_connections=200, max_keepalive_connections=20),
            transport=transport,
            # Proxies named by the environment are for the internet, not for the cluster next door.
            trust_env=False,
        )

    @property
    def addresses(self) -> str:
        """The addresses for messages, without credentials."""
        return ", ".join(str(url.copy_with(userinfo=b"")) for url in self._urls)

    async def send(
        self,
        method: str,
        target: bytes,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterable[bytes] | None = None,
    ) -> httpx2.Response:
        """Send a request and return the answer with its body unread.

        `target` is path and query as they go on the wire, beginning with a slash. Raises UpstreamDown or
        UpstreamTimeout.
        """
        last: Exception | None = None
        for url in list(self._urls):
            full = url.copy_with(raw_path=url.raw_path.rstrip(b"/") + target)
            request = self._client.build_request(method, full, headers=headers, content=content)
            try:
                return await self._client.send(request, stream=True)
            except httpx2.ConnectError as error:
                last = error
                self._prefer_next(url)
            except httpx2.ConnectTimeout as error:
                last = error
                self._prefer_next(url)
            except httpx2.TimeoutException as error:
                raise UpstreamTimeout(
                    f"cannot get an answer from Elasticsearch at {self.addresses}: "
                    f"none within {self._timeout_seconds:g} s"
                ) from error
            except httpx2.HTTPError as error:
                last = error
                break
        cause = str(last) or type(last).__name__
        raise UpstreamDown(f"cannot reach Elasticsearch at {self.addresses}: {cause}") from last

    def _prefer_next(self, failed: httpx2.URL) -> None:
        if len(self._urls) > 1 and self._urls[0] == failed:
            self._urls = [*self._urls[1:], failed]
            self._log.warning("switching to another address", failed=failed.copy_with(userinfo=b""))

    async def json(
        self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a JSON (or, as bytes, NDJSON) request; return status and decoded answer."""
        content = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        sent = dict(headers or {})
        if content is not None:
            sent["content-type"] = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        response = await self.send(method, target.encode(), sent, content)
        try:
            data = await response.aread()
        except httpx2.HTTPError as error:
            raise UpstreamDown(
                f"cannot read the answer of Elasticsearch at {self.addresses}: {error}"
            ) from error
        finally:
            await response.aclose()
        try:
            return response.status_code, orjson.loads(data)
        except orjson.JSONDecodeError:
            return response.status_code, {"error": data[:300].decode(errors="replace")}

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

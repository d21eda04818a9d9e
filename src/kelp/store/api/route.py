"""What an endpoint is: a route, the call it receives and the reply it gives.

An endpoint module looks like this; handlers are plain functions that may block, they run in worker threads:

    def routes(store: Store) -> list[Route]:
        def refresh(call: Call) -> dict[str, Any]:
            ...
            return {"_shards": ...}                       # any JSON value: status 200

        return [Route("GET POST", "/{index}/_refresh", refresh)]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from kelp.store.api.parameters import Parameters
from kelp.store.errors import ApiError

Pool = Literal["write", "search", "management"]


@dataclass(slots=True)
class Call:
    """One request, with its body read and decompressed."""

    method: str
    path: str
    args: dict[str, str] = field(default_factory=dict)
    """The parts of the path named in braces, percent-decoded."""
    parameters: Parameters = field(default_factory=Parameters)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def arg(self, name: str, default: str = "") -> str:
        """The part of the path named `name`, or `default` where the route has none."""
        return self.args.get(name, default)

    def json(self) -> Any:
        """The body as JSON; None when the body is empty. Raises ApiError 400 when it is not JSON."""
        if not self.body.strip():
            return None
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise ApiError(
                400, "parsing_exception", f"cannot read the request body as JSON: {error}"
            ) from error

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object, `{}` when it is empty."""
        value = self.json()
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise ApiError(
                400,
                "parsing_exception",
                f"expected a JSON object as request body, got {type(value).__name__}",
            )
        return value

    def required_object(self) -> dict[str, Any]:
        """The body as a JSON object; an empty body is an error."""
        if not self.body.strip():
            raise ApiError(400, "parse_exception", "request body is required")
        return self.json_object()


@dataclass(slots=True)
class Reply:
    """An answer that is more than a JSON value with status 200.

    A `body` of type `bytes` or `str` is sent as it is; of bytes `content_type` says whether they are JSON.
    """

    body: Any
    status: int = 200
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Any]
"""Returns a Reply, or any JSON value; raises ApiError."""


@dataclass(slots=True, frozen=True)
class Route:
    """Methods separated by blanks (GET answers HEAD too), a path with `{name}` parts, and its handler.

    A literal part of a path goes before a named one. `pool` names the workers: bulk requests never wait for
    searches.
    """

    methods: str
    path: str
    handler: Handler
    pool: Pool = "management"

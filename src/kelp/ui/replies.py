"""Answers in the shape Kibana gives them."""

from typing import Any

import orjson
from starlette.responses import Response

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def json_reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer that no cache keeps."""
    merged = {"cache-control": "no-store", **(headers or {})}
    return Response(orjson.dumps(value), status, merged, "application/json")


def error_reply(status: int, message: str, headers: dict[str, str] | None = None, **extra: Any) -> Response:
    """Kibana's error body: statusCode, error, message, and `attributes` where there is more to say."""
    body: dict[str, Any] = {
        "statusCode": status,
        "error": _TITLES.get(status, "Internal Server Error"),
        "message": message,
    }
    if extra:
        body["attributes"] = extra
    return json_reply(body, status, headers)

"""The only place that turns an error into Elasticsearch's answer."""

from typing import Any

from kelp.store.errors import ApiError


def body(error: ApiError) -> dict[str, Any]:
    """Elasticsearch's error body: `{"error": {"root_cause": [...], "type", "reason", ...}, "status"}`."""
    cause: dict[str, Any] = {"type": error.type, "reason": error.reason}
    extra = dict(error.extra)
    root_cause = extra.pop("root_cause", None)
    cause.update(extra)
    if root_cause is None:
        # Search phase errors list the causes of their shards, everything else is its own root cause.
        root_cause = [{k: v for k, v in cause.items() if k not in ("caused_by", "suppressed")}]
    return {"error": {"root_cause": root_cause, **cause}, "status": error.status}


def plain(status: int, message: str) -> dict[str, Any]:
    """The short form for faults of the request line: `{"error": "…", "status": n}`."""
    return {"error": message, "status": status}

"""Partial updates: merging `doc` into a document, `upsert`, noop detection."""

from typing import Any

import orjson

from kelp.store.errors import ApiError, illegal_argument
from kelp.store.ingest.bulk_request import validation

_KNOWN = frozenset(
    {
        "doc",
        "upsert",
        "doc_as_upsert",
        "detect_noop",
        "script",
        "scripted_upsert",
        "_source",
        "if_seq_no",
        "if_primary_term",
    }
)


def parse_update(raw: bytes) -> dict[str, Any]:
    """The body of an update. Raises ApiError for a malformed one and for scripts, which this store does not run."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, "json_parse_exception", f"cannot read the update as JSON: {error}") from error
    if not isinstance(body, dict):
        raise ApiError(400, "parsing_exception", "[UpdateRequest] expected a JSON object")
    for name in body:
        if name not in _KNOWN:
            raise ApiError(400, "x_content_parse_exception", f"[1:2] [UpdateRequest] unknown field [{name}]")
    if "script" in body:
        raise illegal_argument(
            "failed to execute script: this store runs no scripts; send the changed fields in [doc] instead"
        )
    if "doc" not in body:
        raise validation(["script or doc is missing"])
    for name in ("doc", "upsert"):
        if name in body and not isinstance(body[name], dict):
            raise ApiError(400, "parsing_exception", f"[UpdateRequest] [{name}] must be a JSON object")
    return body


def first_document(body: dict[str, Any]) -> dict[str, Any] | None:
    """The document to create where none exists; None when the update does not ask for that."""
    if body.get("doc_as_upsert"):
        document: dict[str, Any] = body["doc"]
        return document
    return body.get("upsert")


def merged(source: dict[str, Any], change: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The document with the change merged in, objects recursively, and whether anything differs."""
    out = dict(source)
    changed = False
    for name, value in change.items():
        old = out.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            out[name], inner = merged(old, value)
            changed = changed or inner
        elif name not in out or old != value or type(old) is not type(value):
            out[name] = value
            changed = True
    return out, changed

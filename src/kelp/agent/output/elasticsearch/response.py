"""What a `_bulk` answer says about each document."""

import re
from enum import Enum
from typing import Any, NamedTuple

import orjson

from kelp.agent.output.elasticsearch.client import SinkError
from kelp.agent.output.http import shorten
from kelp.common.errors import KelpError

_ALL_WELL = re.compile(rb'\s*\{"took":\d+,(?:"ingest_took":\d+,)?"errors":false,"items":\[')
_RETRYABLE = frozenset((401, 403, 408, 409, 429))


class DocumentRefused(KelpError):
    """Elasticsearch will never take this document."""


class Fate(Enum):
    """What became of a document."""

    STORED = "stored"
    DUPLICATE = "duplicate"  # `create` of an id that is there: an earlier attempt had stored it
    RETRY = "retry"
    REFUSED = "refused"


class Verdict(NamedTuple):
    """The fate of one document, with the reason when it was not stored."""

    fate: Fate
    reason: str = ""


_STORED = Verdict(Fate.STORED)


def judge(answer: bytes, count: int) -> list[Verdict] | None:
    """The fate of each of `count` documents, None when all were stored. Raises SinkError for other answers."""
    if _ALL_WELL.match(answer) and answer.rstrip().endswith(b"]}"):
        return None
    try:
        body = orjson.loads(answer)
    except ValueError:
        raise SinkError(
            f"cannot understand the answer of Elasticsearch: no JSON: {shorten(answer)}"
        ) from None
    if not isinstance(body, dict) or "error" in body:
        raise SinkError(f"cannot understand the answer of Elasticsearch: {shorten(answer)}")
    if not body.get("errors"):
        return None
    items = body.get("items")
    if not isinstance(items, list):
        raise SinkError(
            f"cannot understand the answer of Elasticsearch: it lists no items: {shorten(answer)}"
        )
    if len(items) != count:
        raise SinkError(
            f"cannot understand the answer of Elasticsearch: {len(items)} items for {count} documents"
        )
    return [_judge_item(item) for item in items]


def _judge_item(item: Any) -> Verdict:
    if not isinstance(item, dict) or not item:
        return Verdict(Fate.RETRY, "no answer for this document")
    operation, result = next(iter(item.items()))
    status = result.get("status") if isinstance(result, dict) else None
    if not isinstance(status, int):
        return Verdict(Fate.RETRY, "an answer without status for this document")
    if 200 <= status < 300:
        return _STORED
    reason = _reason(status, result.get("error"))
    if status == 409 and operation == "create":
        return Verdict(Fate.DUPLICATE, reason)
    error_type = result["error"].get("type") if isinstance(result.get("error"), dict) else None
    if error_type == "json_parse_exception":
        return Verdict(Fate.REFUSED, reason)
    missing_index = status == 404 and error_type == "index_not_found_exception"
    if status in _RETRYABLE or status >= 500 or missing_index:
        return Verdict(Fate.RETRY, reason)
    return Verdict(Fate.REFUSED, reason)


def _reason(status: int, error: Any) -> str:
    if not isinstance(error, dict):
        return f"{status} - {error}" if error else f"{status} - no reason given"
    text = f"{status} - Rejected by Elasticsearch" if status == 400 else f"{status} - {error.get('type')}"
    if status == 400:
        text += f" [error type]: {error.get('type')}"
    if error.get("reason"):
        text += f" [reason]: '{error['reason']}'"
    cause = error.get("caused_by")
    if isinstance(cause, dict) and cause.get("reason"):
        text += f" [caused by]: '{cause['reason']}'"
    return text

"""What answers of _bulk mean."""

import json
from typing import Any

import pytest

from kelp.agent.output.elasticsearch.client import SinkError
from kelp.agent.output.elasticsearch.response import Fate, judge


def answer(*items: Any) -> bytes:
    return json.dumps({"took": 1, "errors": True, "items": items}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b'{"took":30,"errors":false,"items":[{"index":{"status":201}}]}',
        b'{"took":30,"ingest_took":2,"errors":false,"items":[]}\n',
        b'{"errors": false, "took": 1}',
    ],
)
def test_all_is_well(body: bytes) -> None:
    assert judge(body, 1) is None


@pytest.mark.parametrize(
    ("item", "fate", "reason"),
    [
        ({"index": {"status": 200}}, Fate.STORED, ""),
        ({"create": {"status": 409, "error": {"type": "v", "reason": "r"}}}, Fate.DUPLICATE, "409 - v [reason]: 'r'"),
        ({"index": {"status": 409, "error": {"type": "v"}}}, Fate.RETRY, "409 - v"),
        ({"index": {"status": 429, "error": "busy"}}, Fate.RETRY, "429 - busy"),
        ({"index": {"status": 503}}, Fate.RETRY, "503 - no reason given"),
        ({"index": {"status": 400, "error": {"type": "m", "reason": "r"}}}, Fate.REFUSED,
         "400 - Rejected by Elasticsearch [error type]: m [reason]: 'r'"),
        ({"update": {"status": 404, "error": {"type": "document_missing_exception"}}}, Fate.REFUSED,
         "404 - document_missing_exception"),
        ({"index": {"status": 404, "error": {"type": "index_not_found_exception"}}}, Fate.RETRY,
         "404 - index_not_found_exception"),
        ({"index": {"status": 500, "error": {"type": "json_parse_exception"}}}, Fate.REFUSED,
         "500 - json_parse_exception"),
        ({"index": {}}, Fate.RETRY, "an answer without status for this document"),
        (None, Fate.RETRY, "no answer for this document"),
    ],
)  # fmt: skip
def test_fates(item: Any, fate: Fate, reason: str) -> None:
    assert judge(answer(item), 1) == [(fate, reason)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "no JSON: <html>"),
        (b'{"took":1,"errors":false,"items":[{"ind', "no JSON"),
        (b"[]", "cannot understand the answer of Elasticsearch: []"),
        (b'{"errors":true}', "it lists no items"),
        (answer({}, {}), "2 items for 1 documents"),
    ],
)
def test_answers_that_cannot_be_understood(body: bytes, message: str) -> None:
    with pytest.raises(SinkError) as caught:
        judge(body, 1)
    assert message in str(caught.value)

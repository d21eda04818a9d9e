"""`_delete_by_query`, `_update_by_query`, `_reindex`: bulk requests made of what a search finds."""

import time
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import orjson

from kelp.store.api.alias_filter import narrowed
from kelp.store.api.bulk import refresh_of
from kelp.store.api.members import integer_of, object_of, strings_of
from kelp.store.api.parameters import Parameters
from kelp.store.api.route import Call, Reply, Route
from kelp.store.api.targets import indices_of
from kelp.store.errors import ApiError, illegal_argument
from kelp.store.index.index import Index
from kelp.store.ingest.bulk_request import BulkDefaults
from kelp.store.search.request import parse_search
from kelp.store.search.search import run_search
from kelp.store.store import Store

_BATCH = 1000
Hit = dict[str, Any]


def routes(store: Store) -> list[Route]:
    def delete(call: Call) -> Any:
        body = call.json_object()
        if "query" not in body and "q" not in call.parameters:
            raise ApiError(
                400, "action_request_validation_exception", "Validation Failed: 1: query is missing;"
            )
        return _run(store, indices_of(store, call), body, call, "delete")

    def update(call: Call) -> Any:
        body = call.json_object()
        _refuse_script(body, "_update_by_query")
        return _run(store, indices_of(store, call), body, call, "index")

    def reindex(call: Call) -> Any:
        return _reindex(store, call)

    return [
        Route("POST", "/{index}/_delete_by_query", delete, pool="search"),
        Route("POST", "/{index}/_update_by_query", update, pool="search"),
        Route("POST", "/_reindex", reindex, pool="search"),
    ]


def _refuse_script(body: dict[str, Any], name: str) -> None:
    if body.get("script") is not None:
        raise illegal_argument(f"cannot run [script] in {name}: the store runs no scripts")


def _limit(call: Call, body: dict[str, Any]) -> int | None:
    limit = integer_of(body, "max_docs", integer_of(body, "size", -1))
    limit = call.parameters.integer("max_docs", limit)
    return None if limit < 0 else limit


def _hits(
    store: Store,
    expression: str,
    indices: list[Index],
    body: dict[str, Any],
    limit: int | None,
    parameters: Parameters,
) -> Iterator[list[Hit]]:
    """The matching documents in batches, by their place in the indices: what is written meanwhile is not met."""
    store.refresh(indices)
    found = 0
    for index in indices:
        after: list[Any] | None = None
        while limit is None or found < limit:
            size = _BATCH if limit is None else min(_BATCH, limit - found)
            search: dict[str, Any] = {"query": body.get("query", {"match_all": {}}), "size": size, "sort": ["_doc"],
                                      "track_total_hits": False, "version": True}  # fmt: skip
            if "_source" in body:
                search["_source"] = body["_source"]
            if after is not None:
                search["search_after"] = after
            request = parse_search(search, _query_only(parameters))
            request.query = narrowed(expression, [index], request.query)
            hits = run_search(store.engine, [index], request)["hits"]["hits"]
            if not hits:
                break
            found += len(hits)
            yield hits
            after = hits[-1]["sort"]


def _query_only(parameters: Parameters) -> Parameters:
    """Of the URL's parameters those that belong to the query."""
    names = ("q", "df", "default_operator", "lenient")
    return Parameters(urlencode({name: parameters.text(name) for name in names if name in parameters}))


def _run(store: Store, indices: list[Index], body: dict[str, Any], call: Call, action: str) -> Reply:
    tally = _Tally()
    search = {**body, "_source": False}
    batches: Iterable[list[Hit]] = _hits(
        store, call.arg("index"), indices, search, _limit(call, body), call.parameters
    )
    if action == "index":
        # Documents written anew come to stand at the end: all must be known before the first is written.
        batches = list(batches)
    for hits in batches:
        tally.add(store, _lines(store, action, hits), len(hits), proceed="proceed" in _conflicts(call, body))
    if refresh_of(call.parameters) != "false":
        store.refresh(indices)
    return tally.answer()


def _conflicts(call: Call, body: dict[str, Any]) -> str:
    value = call.parameters.text("conflicts") or str(body.get("conflicts", "abort"))
    if value not in ("abort", "proceed"):
        raise illegal_argument(f'conflicts may only be "proceed" or "abort" but was [{value}]')
    return value


def _lines(store: Store, action: str, hits: list[Hit]) -> list[bytes]:
    """The lines of a bulk request that deletes the documents of one index, or writes them as they are now."""
    ids = [hit["_id"] for hit in hits]
    name = hits[0]["_index"]
    heads = [orjson.dumps({action: {"_index": name, "_id": each}}) for each in ids]
    if action == "delete":
        return heads
    index = store.catalog.get(name)
    documents = store.get_documents(index, ids) if index is not None else {}
    lines: list[bytes] = []
    for head, each in zip(heads, ids, strict=True):
        document = documents.get(each)
        if document is not None and document.source is not None:
            lines += [head, document.source]
    return lines


class _Tally:
    """What the bulk requests did so far."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.counts = {"created": 0, "updated": 0, "deleted": 0, "noop": 0}
        self.total = self.batches = self.conflicts = 0
        self.failures: list[Any] = []

    def add(self, store: Store, lines: list[bytes], documents: int, proceed: bool = True) -> None:
        """Send lines as one bulk request. Version conflicts end the work unless `proceed`."""
        if not lines:  # all of them were deleted meanwhile
            return
        result = orjson.loads(store.bulk(b"\n".join(lines) + b"\n", BulkDefaults()).to_bytes())
        self.batches += 1
        self.total += documents
        for item in result["items"]:
            ((_, outcome),) = item.items()
            if "error" not in outcome:
                self.counts[outcome["result"]] = self.counts.get(outcome["result"], 0) + 1
            elif outcome["status"] == 409 and proceed:
                self.conflicts += 1
            elif outcome["status"] != 404:
                self.failures.append(
                    {
                        "index": outcome["_index"],
                        "type": "_doc",
                        "id": outcome["_id"],
                        "cause": outcome["error"],
                        "status": outcome["status"],
                    }
                )

    def answer(self) -> Reply:
        """The counts; the status is that of the worst failure."""
        body = {
            "took": int((time.monotonic() - self._began) * 1000),
            "timed_out": False,
            "total": self.total,
            "updated": self.counts["updated"],
            "created": self.counts["created"],
            "deleted": self.counts["deleted"],
            "batches": self.batches,
            "version_conflicts": self.conflicts,
            "noops": self.counts["noop"],
            "retries": {"bulk": 0, "search": 0},
            "throttled_millis": 0,
            "requests_per_second": -1.0,
            "throttled_until_millis": 0,
            "failures": self.failures,
        }
        return Reply(body, max((failure["status"] for failure in self.failures), default=200))


def _reindex(store: Store, call: Call) -> Reply:
    body = call.required_object()
    _refuse_script(body, "_reindex")
    source, target = object_of(body, "source"), object_of(body, "dest")
    if source.get("remote") is not None:
        raise illegal_argument("cannot reindex from [remote]: only indices of this store can be copied")
    names = strings_of(source, "index")
    strings_of(target, "index")
    if not names or not target.get("index"):
        raise ApiError(
            400,
            "action_request_validation_exception",
            "Validation Failed: 1: use _all if you really want to copy from all existing indexes;",
        )
    expression = ",".join(names)
    indices = store.catalog.resolve(expression, allow_no_indices=False)
    if any(index.name == target["index"] for index in indices):
        raise ApiError(
            400,
            "action_request_validation_exception",
            f"Validation Failed: 1: reindex cannot write into an index its reading from [{target['index']}];",
        )
    action = "create" if target.get("op_type") == "create" else "index"
    tally = _Tally()
    for hits in _hits(store, expression, indices, source, _limit(call, body), Parameters()):
        lines: list[bytes] = []
        for hit in hits:
            lines.append(orjson.dumps({action: {"_index": target["index"], "_id": hit["_id"]}}))
            lines.append(orjson.dumps(hit["_source"]))
        tally.add(store, lines, len(hits), "proceed" in _conflicts(call, body))
    if refresh_of(call.parameters) != "false":
        store.refresh(store.catalog.resolve(target["index"]))
    return tally.answer()

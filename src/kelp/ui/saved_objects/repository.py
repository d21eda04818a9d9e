"""Reads and writes saved objects through the Elasticsearch API, whichever Elasticsearch that is."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from kelp.ui.saved_objects.model import SavedObject, SavedObjectError, from_hit, now_iso
from kelp.ui.upstream import Upstream

INDEX = ".kelp"
MAX_OBJECTS = 10_000

# Only what is searched is mapped: attributes are free in shape and must never meet a type conflict.
_MAPPING: dict[str, Any] = {
    "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1", "hidden": True}},
    "mappings": {
        "dynamic": False,
        "properties": {
            "type": {"type": "keyword"},
            "title": {"type": "keyword", "ignore_above": 1024},
            "updated_at": {"type": "date"},
        },
    },
}


class Repository:
    """The saved objects of one Elasticsearch; `authorization` is the caller's own header, if it goes through."""

    def __init__(self, upstream: Upstream, authorization: str | None = None) -> None:
        self._upstream = upstream
        self._headers = {"authorization": authorization} if authorization else {}

    async def _call(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        status, answer = await self._upstream.json(method, target, body, self._headers)
        if status >= 500 or status in (401, 403):
            raise SavedObjectError(status, f"cannot reach the saved objects: {_reason(answer)}")
        return status, answer

    async def get(self, kind: str, object_id: str) -> SavedObject:
        """One object; SavedObjectError with status 404 when there is none."""
        status, answer = await self._call("GET", f"/{INDEX}/_doc/{_document(kind, object_id)}")
        found = from_hit(answer) if status == 200 and answer.get("found", True) else None
        if found is None:
            raise not_found(kind, object_id)
        return found

    async def all(self, kinds: Iterable[str]) -> list[SavedObject]:
        """All objects of the types, at most MAX_OBJECTS; none when the index does not exist yet."""
        body = {
            "size": MAX_OBJECTS,
            "query": {"bool": {"filter": [{"terms": {"type": sorted(kinds)}}]}},
            "sort": [{"type": "asc"}, {"title": "asc"}],
        }
        params = urlencode({"ignore_unavailable": "true", "seq_no_primary_term": "true"})
        status, answer = await self._call("POST", f"/{INDEX}/_search?{params}", body)
        if status == 404:
            return []
        if status != 200:
            raise SavedObjectError(502, f"cannot search the saved objects: {_reason(answer)}")
        return [found for hit in answer["hits"]["hits"] if (found := from_hit(hit)) is not None]

    async def create(self, item: SavedObject, *, overwrite: bool) -> SavedObject:
        """Save an object; status 409 when there is one of this id and `overwrite` is off."""
        item.check()
        await self.ensure_index()
        endpoint = "_doc" if overwrite else "_create"
        target = f"/{INDEX}/{endpoint}/{_document(item.type, item.id)}?refresh=true"
        status, answer = await self._call("PUT", target, item.to_document())
        if status == 409:
            raise conflict(item)
        if status not in (200, 201):
            raise SavedObjectError(502, f"cannot save {item.type} {item.id!r}: {_reason(answer)}")
        item.version = f"{answer['_seq_no']},{answer['_primary_term']}" if "_seq_no" in answer else ""
        return item

    async def update(
        self, kind: str, object_id: str, attributes: dict[str, Any], references: list[dict[str, Any]] | None
    ) -> SavedObject:
        """Change the attributes given and keep the others; status 404 when there is no such object."""
        item = await self.get(kind, object_id)
        item.attributes |= attributes
        item.updated_at = now_iso()
        if references is not None:
            item.references = references
        return await self.create(item, overwrite=True)

    async def delete(self, kind: str, object_id: str) -> None:
        """Delete an object; status 404 when there is none."""
        status, _ = await self._call("DELETE", f"/{INDEX}/_doc/{_document(kind, object_id)}?refresh=true")
        if status == 404:
            raise not_found(kind, object_id)

    async def create_many(
        self, items: list[SavedObject], *, overwrite: bool
    ) -> list[SavedObjectError | None]:
        """Save many objects; one fault or None for each."""
        faults: list[SavedObjectError | None] = []
        for item in items:
            try:
                item.check()
                faults.append(None)
            except SavedObjectError as error:
                faults.append(error)
        good = [index for index, fault in enumerate(faults) if fault is None]
        if not good:
            return faults
        await self.ensure_index()
        action = "index" if overwrite else "create"
        lines: list[bytes] = []
        for index in good:
            lines.append(orjson.dumps({action: {"_index": INDEX, "_id": items[index].document_id}}))
            lines.append(orjson.dumps(items[index].to_document()))
        status, answer = await self._call("POST", "/_bulk?refresh=true", b"\n".join(lines) + b"\n")
        if status != 200:
            raise SavedObjectError(502, f"cannot save: {_reason(answer)}")
        for index, row in zip(good, answer["items"], strict=True):
            result = row[action]
            if result["status"] == 409:
                faults[index] = conflict(items[index])
            elif result["status"] >= 300:
                faults[index] = SavedObjectError(502, f"cannot save: {_reason(result)}")
        return faults

    async def ensure_index(self) -> None:
        """Make the index unless it is there."""
        status, _ = await self._call("HEAD", f"/{INDEX}")
        if status == 200:
            return
        status, answer = await self._call("PUT", f"/{INDEX}", _MAPPING)
        if status >= 300 and "resource_already_exists_exception" not in str(answer):
            raise SavedObjectError(502, f"cannot make the index {INDEX}: {_reason(answer)}")


def not_found(kind: str, object_id: str) -> SavedObjectError:
    """Kibana's words for a missing object."""
    return SavedObjectError(404, f"Saved object [{kind}/{object_id}] not found")


def conflict(item: SavedObject) -> SavedObjectError:
    """Kibana's words for an object that exists already."""
    return SavedObjectError(409, f"Saved object [{item.type}/{item.id}] conflict")


def _document(kind: str, object_id: str) -> str:
    return quote(f"{kind}:{object_id}", safe="")


def _reason(answer: Any) -> str:
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    if isinstance(error, dict):
        return str(error.get("reason") or error.get("type") or error)
    return str(error)

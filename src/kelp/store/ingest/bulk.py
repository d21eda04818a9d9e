"""Bulk requests: which index each action goes to, who writes it, and the response."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from kelp.store.errors import ApiError, IndexNotFound, illegal_argument
from kelp.store.index.catalog import Catalog
from kelp.store.index.index import Index
from kelp.store.ingest.bulk_request import Action, BulkDefaults, parse
from kelp.store.ingest.identity import ROWS_PER_SEGMENT, sequence_number
from kelp.store.ingest.writer import IndexWriter, Outcome

_MAX_ROWS_AT_ONCE = ROWS_PER_SEGMENT // 4


@dataclass
class BulkResult:
    """What a bulk request did. Items are JSON texts by position."""

    started: float = field(default_factory=time.monotonic)
    items: list[bytes] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    """The items that failed, as objects, in order of position."""
    written: dict[str, Index] = field(default_factory=dict)
    """Indices that got documents, by uuid."""

    @property
    def took_ms(self) -> int:
        return int((time.monotonic() - self.started) * 1000)

    def to_bytes(self) -> bytes:
        """The response body."""
        head = b'{"took":%d,"errors":%s,"items":[' % (self.took_ms, b"true" if self.errors else b"false")
        return head + b",".join(self.items) + b"]}"

    def errors_only(self) -> dict[str, Any]:
        """The response for `filter_path=took,errors,items.*.error`: items that failed, and no others."""
        return {"took": self.took_ms, "errors": bool(self.errors), "items": self.errors}


def write_index(catalog: Catalog, name: str, *, require_alias: bool = False, create: bool = True) -> Index:
    """The index that a write to `name` goes to: the index itself, an alias's write index, or a new index."""
    index = catalog.get(name)
    if index is not None and not require_alias:
        return _open(index)
    behind = catalog.aliases().get(name, [])
    if behind:
        chosen = [each for each in behind if str(each.aliases[name].get("is_write_index")).lower() == "true"]
        if not chosen and len(behind) == 1 and "is_write_index" not in behind[0].aliases[name]:
            chosen = behind
        if not chosen:
            raise illegal_argument(
                f"no write index is defined for alias [{name}]. The write index may be explicitly disabled using "
                "is_write_index=false or the alias points to multiple indices without one being designated as a "
                "write index"
            )
        return _open(chosen[0])
    if require_alias:
        raise ApiError(
            404,
            "index_not_found_exception",
            f"no such index [{name}] and [require_alias] request flag is [true] and [{name}] is not an alias",
            index_uuid="_na_",
            index=name,
        )
    if not create:
        error = IndexNotFound(name)
        error.extra["resource.type"] = "index_expression"
        raise error
    return catalog.auto_create(name)


def _open(index: Index) -> Index:
    if index.closed:
        raise ApiError(400, "index_closed_exception", "closed", index_uuid=index.uuid, index=index.name)
    for name, status, reason in _BLOCKS:
        if index.settings.get(name) == "true":
            raise ApiError(status, "cluster_block_exception", f"index [{index.name}] blocked by: [{reason}];")
    return index


_BLOCKS = (
    ("blocks.write", 403, "FORBIDDEN/8/index write (api)"),
    ("blocks.read_only", 403, "FORBIDDEN/5/index read-only (api)"),
    (
        "blocks.read_only_allow_delete",
        429,
        "TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block",
    ),
)
"""Settings that forbid writing, with the status and words of Elasticsearch's refusal."""


@dataclass(slots=True)
class _Group:
    """The actions of one request that go to one index."""

    index: Index
    positions: list[int] = field(default_factory=list)
    generated: bool = True
    """All of them create documents without ids: the hot path."""


@dataclass(slots=True)
class _Request:
    """One request's actions and documents, and the answers so far, all by position."""

    actions: list[Action]
    sources: list[bytes]
    items: list[bytes]
    failed: dict[int, dict[str, Any]]
    want_items: bool


class BulkExecutor:
    """Executes bulk requests. `writer_of` gives the writer of an index."""

    def __init__(self, catalog: Catalog, writer_of: Callable[[Index], IndexWriter]) -> None:
        self._catalog = catalog
        self._writer_of = writer_of

    def execute(self, body: bytes, defaults: BulkDefaults, want_items: bool = True) -> BulkResult:
        """Run a request. Raises ApiError where the whole request fails; then nothing was acknowledged.

        With `want_items` off the items of successful actions are left out.
        """
        result = BulkResult()
        actions, sources = parse(body, defaults)
        items: list[bytes] = [b""] * len(actions)
        failed: dict[int, dict[str, Any]] = {}
        request = _Request(actions, sources, items, failed, want_items)
        for group in self._groups(actions, items, failed):
            try:
                self._run(group, request)
            except IndexNotFound:
                if not group.index.deleted:
                    raise
                # Deleted since the request was read: its documents go to a new index of that name.
                group.index = write_index(self._catalog, actions[group.positions[0]].index)
                self._run(group, request)
            result.written[group.index.uuid] = group.index
        result.items = items
        result.errors = [failed[at] for at in sorted(failed)]
        return result

    def _groups(
        self, actions: list[Action], items: list[bytes], failed: dict[int, dict[str, Any]]
    ) -> list[_Group]:
        """Sort actions by index; actions whose index cannot be had are reported at once."""
        groups: dict[str, _Group] = {}
        if len(set(map(id, actions))) == 1 and actions[0].id is None:
            whole = self._target(actions[0], groups)
            if isinstance(whole, _Group):
                whole.positions = list(range(len(actions)))
                whole.generated = actions[0].name in ("index", "create")
                return [whole]
        targets: dict[tuple[str, bool, bool, str | None], _Group | ApiError] = {}
        for at, action in enumerate(actions):
            key = (action.index, action.require_alias, action.name == "delete", action.pipeline)
            target = targets.get(key)
            if target is None:
                target = targets[key] = self._target(action, groups)
            if isinstance(target, ApiError):
                _report(items, failed, at, action, None, Outcome(action.id, error=target))
                continue
            target.positions.append(at)
            if action.id is not None or action.name not in ("index", "create"):
                target.generated = False
        return [group for group in groups.values() if group.positions]

    def _target(self, action: Action, groups: dict[str, _Group]) -> _Group | ApiError:
        try:
            if action.pipeline not in (None, "", "_none"):
                raise illegal_argument(
                    f"pipeline with id [{action.pipeline}] cannot be run: this store has no ingest pipelines"
                )
            index = write_index(
                self._catalog,
                action.index,
                require_alias=action.require_alias,
                create=action.name != "delete",
            )
        except ApiError as error:
            if error.status in (429, 503, 500):
                raise
            return error
        return groups.setdefault(index.uuid, _Group(index))

    def _run(self, group: _Group, request: _Request) -> None:
        writer = self._writer_of(group.index)
        if group.generated:
            for start in range(0, len(group.positions), _MAX_ROWS_AT_ONCE):
                self._generated(writer, group.positions[start : start + _MAX_ROWS_AT_ONCE], request)
            return
        actions = [request.actions[at] for at in group.positions]
        outcomes = writer.write(actions, [request.sources[at] for at in group.positions])
        for at, action, outcome in zip(group.positions, actions, outcomes, strict=True):
            _report(request.items, request.failed, at, action, group.index, outcome)

    def _generated(self, writer: IndexWriter, positions: list[int], request: _Request) -> None:
        sources = request.sources
        documents = sources if len(positions) == len(sources) else [sources[at] for at in positions]
        ids, segment, first, faults = writer.write_generated(documents)
        for number, error in faults.items():
            at = positions[number]
            action = request.actions[at]
            _report(request.items, request.failed, at, action, writer.index, Outcome(error=error))
        if not request.want_items:
            return
        if faults:
            positions = [at for number, at in enumerate(positions) if number not in faults]
        heads = {name: _head(name, writer.index) for name in ("index", "create")}
        middle, end = _tail(writer.index)
        items, actions = request.items, request.actions
        for at, document_id, number in zip(
            positions, ids, count(sequence_number(segment, first)), strict=False
        ):
            items[at] = f"{heads[actions[at].name]}{document_id}{middle}{number}{end}".encode()


def _head(action_name: str, index: Index) -> str:
    return f'{{"{action_name}":{{"_index":{orjson.dumps(index.name).decode()},"_type":"_doc","_id":"'


def _tail(index: Index) -> tuple[str, str]:
    shards = orjson.dumps(shards_of(index)).decode()
    return (
        f'","_version":1,"result":"created","_shards":{shards},"_seq_no":',
        ',"_primary_term":1,"status":201}}',
    )


def shards_of(index: Index) -> dict[str, int]:
    """The `_shards` of a write: one copy there is, as many more as the index has replicas on paper."""
    return {"total": 1 + int(index.settings.get("number_of_replicas") or 0), "successful": 1, "failed": 0}


def _report(
    items: list[bytes],
    failed: dict[int, dict[str, Any]],
    at: int,
    action: Action,
    index: Index | None,
    outcome: Outcome,
) -> None:
    name = action.index if index is None else index.name
    body: dict[str, Any] = {"_index": name, "_type": "_doc", "_id": outcome.id}
    if outcome.error is not None:
        body["status"] = outcome.error.status
        body["error"] = outcome.error.to_json()
        failed[at] = {action.name: body}
    else:
        assert index is not None
        body |= write_body(index, outcome)
        body["status"] = outcome.status
    items[at] = orjson.dumps({action.name: body})


def write_body(index: Index, outcome: Outcome) -> dict[str, Any]:
    """What every successful write answers, after `_index`, `_type` and `_id`."""
    return {
        "_version": outcome.version,
        "result": outcome.result,
        "_shards": shards_of(index),
        "_seq_no": outcome.sequence_number,
        "_primary_term": 1,
    }

"""What the parts of one search share: the engine, the indices with their conditions, the bound parameters."""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from kelp.store.engine.cancellation import RUNNING, Cancellation
from kelp.store.engine.engine import Engine
from kelp.store.errors import ApiError, EngineError, illegal_argument
from kelp.store.index.index import Index
from kelp.store.query.nodes import Node
from kelp.store.search.vocabularies import vocabulary_of
from kelp.store.sql.binder import Binder
from kelp.store.sql.conditions import Conditions, has_free_text
from kelp.store.sql.fields.family import NEVER

_PLACE = re.compile(r"\{(p\d+):")
_RE2_FAULT = re.compile(r"cannot compile re2:.*?, error: (.*?)\. (?:Look at|\()", re.DOTALL)

POOL = ThreadPoolExecutor(max_workers=32, thread_name_prefix="kelp-query")
"""Runs the statements of one search beside each other; nothing that runs in it waits for it."""


@dataclass(slots=True)
class Branch:
    """One index and the condition its documents must fulfil."""

    index: Index
    where: str


@dataclass(slots=True)
class SearchContext:
    """The indices of a search that can hold hits, and those that failed."""

    engine: Engine
    indices: Sequence[Index]
    now_nanos: int = field(default_factory=time.time_ns)
    binder: Binder = field(default_factory=Binder)
    branches: list[Branch] = field(default_factory=list)
    failures: list[tuple[Index, ApiError]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings of the engine for every statement of the search."""
    cancellation: Cancellation | None = field(default_factory=RUNNING.get)
    """The request that the search belongs to."""

    def narrow(self, node: Node) -> None:
        """Compile the query for every index; an index whose condition cannot be compiled counts as failed."""
        failed = {index.name for index, _ in self.failures}
        free_text = has_free_text(node)
        for index in self.indices:
            if index.name in failed:
                continue
            try:
                conditions = self.conditions(index)
                if free_text:
                    conditions.vocabulary = vocabulary_of(self.engine, index)
                where = conditions.compile(node)
            except ApiError as error:
                self.failures.append((index, error))
                continue
            if where != NEVER:
                self.branches.append(Branch(index, where))
        if self.failures and len(self.failures) == len(self.indices):
            raise all_failed(self.failures)

    def conditions(self, index: Index, *, indexed: bool = True) -> Conditions:
        """A compiler for one index; `indexed` False for conditions outside WHERE."""
        return Conditions(index, self.binder, self.now_nanos, indexed)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement with the parameters it names."""
        try:
            parameters = self.parameters(sql)
            if self.cancellation is not None:
                sql = self.cancellation.marked(sql)
            return self.engine.search(sql, parameters, self.settings or None)
        except EngineError as error:
            fault = _RE2_FAULT.search(error.reason)
            if fault is None:
                raise
            # Only the engine can tell whether a client's pattern is one of its regular expressions.
            reason = f"cannot use a regular expression of the query: {fault[1]}"
            raise illegal_argument(reason) from error

    def parameters(self, sql: str) -> dict[str, Any]:
        values = self.binder.values
        return {name: values[name] for name in dict.fromkeys(_PLACE.findall(sql))}

    def shards(self) -> dict[str, Any]:
        """The `_shards` part of the answer; every index is one shard."""
        total, failed = len(self.indices), len(self.failures)
        shards: dict[str, Any] = {
            "total": total,
            "successful": total - failed,
            "skipped": 0,
            "failed": failed,
        }
        if failed:
            shards["failures"] = [_failure(index, error) for index, error in self.failures]
        return shards


def _failure(index: Index, error: ApiError) -> dict[str, Any]:
    return {"shard": 0, "index": index.name, "node": "kelp", "reason": _reason(index, error)}


def _reason(index: Index, error: ApiError) -> dict[str, Any]:
    reason = {"type": error.type, "reason": error.reason}
    if error.type == "query_shard_exception":
        reason |= {"index_uuid": index.uuid, "index": index.name}
    return {**reason, **error.extra}


def all_failed(failures: Sequence[tuple[Index, ApiError]]) -> ApiError:
    """Elasticsearch's error for a search that no index could answer; equal causes are shown once."""
    error = failures[0][1]
    unique: dict[tuple[str, str], tuple[Index, ApiError]] = {}
    for item in failures:
        unique.setdefault((item[1].type, item[1].reason), item)
    causes = []
    for each_index, each in unique.values():
        cause = _reason(each_index, each)
        cause.pop("caused_by", None)
        causes.append(cause)
    extra: dict[str, Any] = {}
    if error.type == "illegal_argument_exception":
        inner = {"type": error.type, "reason": error.reason}
        extra["caused_by"] = {**inner, "caused_by": dict(inner)}
    return ApiError(
        error.status,
        "search_phase_execution_exception",
        "all shards failed",
        root_cause=causes,
        phase="query",
        grouped=True,
        failed_shards=[_failure(each_index, each) for each_index, each in unique.values()],
        **extra,
    )

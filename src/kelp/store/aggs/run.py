"""Running a tree of aggregations: one statement per level, results put together from the leaves upwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kelp.store.aggs.global_ import GlobalBucket
from kelp.store.aggs.node import Aggregation, Bucketing, BucketRow, Hits, Json, Key, Metric, Pipeline
from kelp.store.aggs.scope import Scope
from kelp.store.errors import ApiError
from kelp.store.query.nodes import All
from kelp.store.search.context import SearchContext
from kelp.store.search.request import SearchRequest

MAX_BUCKETS = 65_535
"""Elasticsearch's default of `search.max_buckets`."""

Path = tuple[Any, ...]


@dataclass(slots=True)
class Level:
    """A bucketing above the current one, with the keys that its buckets kept."""

    bucketing: Bucketing
    kept: list[list[Any]] | None = None
    """The values of each key component; None where all buckets are kept anyway."""


@dataclass(slots=True)
class Runner:
    """Runs the aggregations of one request."""

    context: SearchContext
    buckets: int = 0

    def run(self, aggs: Sequence[Aggregation]) -> Json:
        """The `aggregations` of an answer."""
        results = self.group(aggs, [])
        return self.results_at(aggs, results, (), {})

    def group(self, aggs: Sequence[Aggregation], chain: list[Level]) -> dict[str, dict[Path, Json]]:
        """The results of all aggregations but pipelines by name, then by the path of the bucket above."""
        found: dict[str, dict[Path, Json]] = {}
        metrics = [agg for agg in aggs if isinstance(agg, Metric)]
        if metrics and not chain:
            values = self.top_metrics(metrics)
            found.update({agg.name: {(): agg.result(values[agg.name])} for agg in metrics})
        for agg in aggs:
            if isinstance(agg, Bucketing):
                found[agg.name] = self.bucketing(agg, chain)
            elif isinstance(agg, Hits):
                found[agg.name] = self.hits(agg, chain)
        return found

    def top_metrics(self, metrics: Sequence[Metric]) -> dict[str, Sequence[Any] | None]:
        """The metrics outside any bucket, all in one statement."""
        scope = Scope(self.context)
        columns = {agg.name: agg.columns(scope) for agg in metrics}
        if not self.context.branches:
            return dict.fromkeys(columns)
        flat = [sql for group in columns.values() for sql in group]
        rows = self.context.query(f"SELECT count(), {', '.join(flat) or '1'} FROM ({scope.relation()})")
        if not rows or rows[0][0] == 0:
            return dict.fromkeys(columns)
        return {**_cut(rows[0][1:], columns)}

    def bucketing(self, agg: Bucketing, chain: list[Level]) -> dict[Path, Json]:
        """The results of a bucketing by the path of the bucket above."""
        if isinstance(agg, GlobalBucket):
            whole = replace(self.context, branches=[], failures=[])
            whole.narrow(All())
            return Runner(whole).rows_to_results(agg, [])
        return self.rows_to_results(agg, chain)

    def rows_to_results(self, agg: Bucketing, chain: list[Level]) -> dict[Path, Json]:
        rows = self.rows(agg, chain)
        kept: list[list[Any]] | None = None
        if agg.limit() is not None:
            keys = {row.key for group in rows.values() for row in group}
            kept = [sorted({key[at] for key in keys}, key=repr) for at in range(len(next(iter(keys), ())))]
        below = self.group(agg.subs, [*chain, Level(agg, kept)]) if agg.subs and rows else {}
        results: dict[Path, Json] = {}
        for path, group in rows.items():
            metrics = {row.key: row.metrics for row in group}

            def subs(key: Path, path: Path = path, metrics: dict[Path, Any] = metrics) -> Json:
                if key not in metrics:
                    return self.empty(agg)
                return self.results_at(agg.subs, below, (*path, key), metrics[key])

            results[path] = self.finish(agg, agg.result(group, subs))
        if () not in results and not chain:
            results[()] = self.finish(agg, agg.result([], lambda key: self.empty(agg)))
        return results

    def results_at(
        self,
        aggs: Sequence[Aggregation],
        below: dict[str, dict[Path, Json]],
        path: Path,
        metrics: dict[str, Any],
    ) -> Json:
        """The results of sub-aggregations within one bucket."""
        found: Json = {}
        for agg in aggs:
            if isinstance(agg, Pipeline):
                continue
            if isinstance(agg, Metric) and path:
                result = agg.result(metrics[agg.name])
            else:
                by_path = below.get(agg.name, {})
                result = by_path[path] if path in by_path else self.empty_result(agg)
            found[agg.name] = result
        for agg in aggs:
            if isinstance(agg, Pipeline) and not agg.parent:
                found[agg.name] = agg.result(found)
        return {agg.name: self.with_meta(agg, found[agg.name]) for agg in aggs if agg.name in found}

    def with_meta(self, agg: Aggregation, result: Json) -> Json:
        return result if agg.meta is None else {"meta": agg.meta, **result}

    def empty(self, agg: Aggregation) -> Json:
        """The results of the sub-aggregations in a bucket without documents."""
        return self.results_at(agg.subs, {}, (_NOWHERE,), {sub.name: None for sub in agg.subs})

    def empty_result(self, agg: Aggregation) -> Json:
        if isinstance(agg, Metric):
            return agg.result(None)
        if isinstance(agg, Hits):
            return agg.empty()
        assert isinstance(agg, Bucketing)
        return self.finish(agg, agg.result([], lambda key: self.empty(agg)))

    def finish(self, agg: Bucketing, result: Json) -> Json:
        """Let the parent pipelines below a bucketing work on its buckets."""
        buckets = result.get("buckets")
        if isinstance(buckets, list):
            for sub in agg.subs:
                if isinstance(sub, Pipeline) and sub.parent:
                    buckets = sub.apply(buckets)
            result["buckets"] = buckets
        count = len(buckets) if buckets is not None else 1
        self.buckets += count
        if self.buckets > MAX_BUCKETS:
            raise ApiError(
                400,
                "too_many_buckets_exception",
                f"Trying to create too many buckets. Must be less than or equal to: [{MAX_BUCKETS}] but was "
                f"[{self.buckets}]. This limit can be set by changing the [search.max_buckets] cluster level setting.",
                max_buckets=MAX_BUCKETS,
            )
        return result

    def rows(self, agg: Bucketing, chain: list[Level]) -> dict[Path, list[BucketRow]]:
        """The buckets the engine counts, by the path of the bucket above."""
        if not self.context.branches:
            return {}
        scope = Scope(self.context)
        statement = Statement(scope, [*chain, Level(agg)])
        if not statement.possible:
            return {}
        metrics = [sub for sub in agg.subs if isinstance(sub, Metric)]
        columns = {sub.name: sub.columns(scope) for sub in metrics}
        sql = statement.sql(agg, [sql for group in columns.values() for sql in group])
        width = len(statement.aliases[-1])
        found: dict[Path, list[BucketRow]] = {}
        for row in self.context.query(sql):
            path, at = statement.path(row, len(chain))
            key = tuple(row[at : at + width])
            at += width
            bucket = BucketRow(key, int(row[at]), _cut(row[at + 2 :], columns), int(row[at + 1]))
            found.setdefault(path, []).append(bucket)
        return found

    def hits(self, agg: Hits, chain: list[Level]) -> dict[Path, Json]:
        if not self.context.branches:
            return {}
        scope = Scope(self.context)
        agg.register(scope)
        statement = Statement(scope, chain)
        if not statement.possible:
            return {}
        flat = [alias for keys in statement.aliases for alias in keys]
        found = agg.find(scope, statement.relation(), flat)
        return {statement.path(key, len(chain))[0]: result for key, result in found.items()}


class _Nowhere:
    """The key of a bucket without documents: no result stands under it."""


_NOWHERE = _Nowhere()


def _may_be_coded(key: Key, kept: list[Any]) -> bool:
    plain = key.type_name == "String" and not key.joined and not key.null_wanted
    return plain and 0 < len(kept) < 65_536 and None not in kept


def _cut(values: Sequence[Any], columns: dict[str, list[str]]) -> dict[str, Sequence[Any]]:
    found = {}
    at = 0
    for name, group in columns.items():
        found[name] = values[at : at + len(group)]
        at += len(group)
    return found


class Statement:
    """The SQL of one level: the keys of every bucketing from the top down, each in a subquery of its own.

    Separate subqueries keep the joins of arrays apart: joined in one, equal arrays would be joined in step.
    """

    def __init__(self, scope: Scope, chain: Sequence[Level]) -> None:
        self.scope = scope
        self.chain = chain
        self.aliases: list[list[str]] = []
        self._keys: list[list[Key]] = []
        self._texts: dict[str, list[Any]] = {}
        self.possible = True
        for number, level in enumerate(chain):
            level.bucketing.prepare(scope)
            keys = level.bucketing.keys(scope)
            if keys is None:
                self.possible = False
                return
            self._keys.append(keys)
            self.aliases.append([f"g{number}_{at}" for at in range(len(keys))])

    def relation(self) -> str:
        """The documents with their keys; a document stands once in each of its buckets."""
        stages: list[tuple[list[str], list[str]]] = []
        for level, keys, aliases in zip(self.chain, self._keys, self.aliases, strict=True):
            coded = self._coded(level, keys, aliases)
            stages.append(coded or self._stage(level, keys, aliases))
        sql = self.scope.relation()
        for columns, conditions in stages:
            sql = f"SELECT *, {', '.join(columns)} FROM ({sql})"
            if conditions:
                sql = f"SELECT * FROM ({sql}) WHERE {' AND '.join(conditions)}"
        return sql

    def _stage(self, level: Level, keys: list[Key], aliases: list[str]) -> tuple[list[str], list[str]]:
        """The columns of a bucketing's keys, and the conditions on them."""
        conditions = []
        columns = []
        for key, alias in zip(keys, aliases, strict=True):
            columns.append(f"{f'arrayJoin({key.sql})' if key.joined else key.sql} AS {alias}")
            if not key.joined and not key.null_wanted and key.sql != "1":
                conditions.append(f"{alias} IS NOT NULL")
        special = level.bucketing.where(self.scope, aliases)
        if special:
            conditions.append(special)
        if level.kept is not None:
            for key, alias, values in zip(keys, aliases, level.kept, strict=False):
                present = [value for value in values if value is not None]
                if len(present) == len(values):
                    conditions.append(f"{alias} IN {self.scope.bind(present, f'Array({key.type_name})')}")
        return columns, conditions

    def _coded(self, level: Level, keys: list[Key], aliases: list[str]) -> tuple[list[str], list[str]] | None:
        """The same with numbers for texts, where the texts are known: grouping by small numbers is twice as fast."""
        if level.kept is None or not all(map(_may_be_coded, keys, level.kept)):
            return None
        columns = []
        for key, alias, values in zip(keys, aliases, level.kept, strict=True):
            texts = self.scope.bind(values, "Array(String)")
            numbers = f"range(1, {len(values) + 1})"
            columns.append(f"toUInt16(transform({key.sql}, {texts}, {numbers}, 0)) AS {alias}")
            self._texts[alias] = values
        return columns, [f"{alias} > 0" for alias in aliases]

    def path(self, row: Sequence[Any], levels: int) -> tuple[Path, int]:
        """The keys of the first levels from the columns of a row, and how many columns those are."""
        path: list[tuple[Any, ...]] = []
        at = 0
        for aliases in self.aliases[:levels]:
            values = row[at : at + len(aliases)]
            path.append(
                tuple(
                    self._texts[alias][value - 1] if alias in self._texts else value
                    for alias, value in zip(aliases, values, strict=True)
                )
            )
            at += len(aliases)
        return tuple(path), at

    def sql(self, agg: Bucketing, metrics: list[str]) -> str:
        """Keys from the top down, count, total of the parent, metrics; the buckets of each parent in order."""
        own = self.aliases[-1]
        above = [alias for keys in self.aliases[:-1] for alias in keys]
        names = [f"m{number}" for number in range(len(metrics))]
        order = agg.order(self.scope, own)
        extra = [f"{sql} AS {name}" for sql, name in zip(metrics, names, strict=True)]
        order_metric = getattr(agg, "order_metric_sql", None)
        if order_metric is not None:
            extra.append(f"{order_metric(self.scope)} AS om")
        columns = ", ".join([*above, *own, "count() AS n", *extra])
        sql = f"SELECT {columns} FROM ({self.relation()}) GROUP BY {', '.join([*above, *own])}"
        limit = agg.limit()
        having = agg.having()
        partition = f"PARTITION BY {', '.join(above)}" if above else ""
        total = f"sum(n) OVER ({partition})" if limit is not None else "0"
        outer = ", ".join([*above, *own, "n", f"{total} AS total", *names])
        sql = f"SELECT {outer} FROM (SELECT * FROM ({sql}){' WHERE ' + having if having else ''}) ORDER BY {order}"
        if limit is not None:
            sql += f" LIMIT {limit} BY {', '.join(above)}" if above else f" LIMIT {limit}"
        return sql


def run_aggregations(context: SearchContext, aggs: Sequence[Aggregation], request: SearchRequest) -> Json:
    """The `aggregations` part of an answer."""
    results = Runner(context).run(aggs)
    return typed_names(aggs, results, Scope(context)) if request.typed_keys else results


def typed_names(aggs: Sequence[Aggregation], results: Json, scope: Scope) -> Json:
    """The results under `type#name` at every level; what is no result keeps its name."""
    named = {agg.name: agg for agg in aggs}
    renamed: Json = {}
    for name, value in results.items():
        agg = named.get(name)
        if agg is None:
            renamed[name] = value
            continue
        if agg.subs:
            value = _typed_within(agg, value, scope)
        renamed[f"{agg.typed_name(scope)}#{name}"] = value
    return renamed


def _typed_within(agg: Aggregation, result: Json, scope: Scope) -> Json:
    buckets = result.get("buckets")
    if isinstance(buckets, list):
        return {**result, "buckets": [typed_names(agg.subs, bucket, scope) for bucket in buckets]}
    if isinstance(buckets, dict):
        return {
            **result,
            "buckets": {key: typed_names(agg.subs, bucket, scope) for key, bucket in buckets.items()},
        }
    return typed_names(agg.subs, result, scope)

"""`top_metrics`: values of the first documents of each bucket."""

from typing import Any

from kelp.store.aggs.node import Hits, Json, register
from kelp.store.aggs.scope import Scope
from kelp.store.aggs.show import show_key
from kelp.store.search.sort import parse_sort, plan_sort


@register("top_metrics")
class TopMetrics(Hits):
    """Chosen fields of the first `size` documents in the order of `sort`."""

    options = frozenset({"metrics", "sort", "size"})

    def configure(self) -> None:
        given = self.body.get("metrics") or []
        self.fields = [str(item["field"]) for item in (given if isinstance(given, list) else [given])]
        self.sort = parse_sort(self.body.get("sort"))
        self.size = int(self.body.get("size", 1))
        if not self.fields or not self.sort:
            raise self.fault("[metrics] and [sort] are needed")

    def register(self, scope: Scope) -> None:
        self.plans = plan_sort(self.sort, [branch.index for branch in scope.context.branches])
        self.sort_aliases = [scope.sort_key(plan) for plan in self.plans]
        self.values = [scope.value_type(path) for path in self.fields]
        self.aliases = [
            "NULL" if value is None else (f"{scope.values(value)}[1]" if value.many else scope.scalar(value))
            for value in self.values
        ]

    def find(self, scope: Scope, chain: str, key_aliases: list[str]) -> dict[tuple[Any, ...], Json]:
        order = ", ".join(
            f"{alias} {'DESC' if plan.key.descending else 'ASC'} NULLS LAST"
            for plan, alias in zip(self.plans, self.sort_aliases, strict=True)
        )
        by_key = f" BY {', '.join(key_aliases)}" if key_aliases else ""
        columns = ", ".join([*key_aliases, *self.sort_aliases, *self.aliases])
        sql = f"SELECT {columns} FROM ({chain}) ORDER BY {order} LIMIT {self.size}{by_key}"
        found: dict[tuple[Any, ...], Json] = {}
        width, keys = len(key_aliases), len(self.plans)
        for row in scope.context.query(sql):
            top = found.setdefault(tuple(row[:width]), {"top": []})["top"]
            shown = {
                path: None
                if value is None or raw is None
                else show_key(value, raw, {}).get("key_as_string", raw)
                for path, value, raw in zip(self.fields, self.values, row[width + keys :], strict=True)
            }
            sort = [plan.show(raw) for plan, raw in zip(self.plans, row[width : width + keys], strict=True)]
            top.append({"sort": sort, "metrics": shown})
        return found

    def empty(self) -> Json:
        return {"top": []}

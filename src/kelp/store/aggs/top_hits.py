"""`top_hits`: the first documents of each bucket."""

from typing import TYPE_CHECKING, Any

from kelp.store.aggs.node import Hits, Json, register
from kelp.store.aggs.scope import Scope

if TYPE_CHECKING:
    from kelp.store.search.page import Row

_PLAIN = frozenset(
    {"size", "from", "sort", "_source", "highlight", "fields", "docvalue_fields", "stored_fields", "version",
     "seq_no_primary_term", "track_scores", "explain", "script_fields"}
)  # fmt: skip


@register("top_hits")
class TopHits(Hits):
    """Documents of each bucket in the order of `sort`, the newest first by default."""

    options = _PLAIN

    def configure(self) -> None:
        from kelp.store.api.parameters import Parameters
        from kelp.store.search.request import parse_search

        self.request = parse_search({"size": 3, **self.body}, Parameters())

    def register(self, scope: Scope) -> None:
        from kelp.store.search.sort import plan_sort

        indices = [branch.index for branch in scope.context.branches]
        self.plans = plan_sort(self.request.sort, indices)
        self.place = scope.place()
        self.sort_aliases = [scope.sort_key(plan) for plan in self.plans]

    def find(self, scope: Scope, chain: str, key_aliases: list[str]) -> dict[tuple[Any, ...], Json]:
        from kelp.store.search.hits import hits_of_rows, score_of
        from kelp.store.search.page import Row

        _, segment, line, moment = self.place
        order = [
            f"{alias} {'DESC' if plan.key.descending else 'ASC'} NULLS {'FIRST' if plan.nulls_first else 'LAST'}"
            for plan, alias in zip(self.plans, self.sort_aliases, strict=True)
        ] or [f"{moment} DESC"]
        columns = [*key_aliases, *self.place, *self.sort_aliases]
        partition = f"PARTITION BY {', '.join(key_aliases)}" if key_aliases else ""
        by_key = f" BY {', '.join(key_aliases)}" if key_aliases else ""
        sql = (
            f"SELECT {', '.join(columns)}, count() OVER ({partition}) FROM ({chain}) "
            f"ORDER BY {', '.join([*order, segment, line])} LIMIT {self.request.offset}, {self.request.size}{by_key}"
        )
        width = len(key_aliases)
        groups: dict[tuple[Any, ...], list[Row]] = {}
        totals: dict[tuple[Any, ...], int] = {}
        for values in scope.context.query(sql):
            key = tuple(values[:width])
            branch, segment_number, row_number, moment_nanos = values[width : width + 4]
            row = Row(branch, segment_number, row_number, moment_nanos, tuple(values[width + 4 : -1]))
            groups.setdefault(key, []).append(row)
            totals[key] = values[-1]
        hits = hits_of_rows(
            scope.context,
            self.request,
            self.plans,
            list({(r.segment, r.row): r for g in groups.values() for r in g}.values()),
        )
        in_order = iter(_in_order(groups, hits))
        score = score_of(self.request, self.plans)
        return {key: _shown(next(in_order), totals[key], score) for key in groups}

    def empty(self) -> Json:
        return _shown([], 0, None)


def _in_order(groups: "dict[tuple[Any, ...], list[Row]]", hits: list[Json]) -> list[list[Json]]:
    """The hits of each group, in the group's order."""
    rows = list(dict.fromkeys((row.segment, row.row) for group in groups.values() for row in group))
    by_row = dict(zip(rows, hits, strict=False))
    return [
        [by_row[row.segment, row.row] for row in group if (row.segment, row.row) in by_row]
        for group in groups.values()
    ]


def _shown(hits: list[Json], total: int, score: float | None) -> Json:
    return {
        "hits": {
            "total": {"value": total, "relation": "eq"},
            "max_score": score if hits else None,
            "hits": hits,
        }
    }

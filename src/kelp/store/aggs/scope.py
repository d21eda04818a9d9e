"""The relation an aggregation counts over: the matching documents of all indices, with the columns it needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.query.nodes import Node
from kelp.store.search.context import Branch, SearchContext
from kelp.store.search.sort import SortPlan
from kelp.store.sql.values import ValueType, array_sql, present_sql, scalar_sql, value_type


@dataclass(slots=True)
class Scope:
    """Columns asked for by aggregations, each under an alias; `relation` is the subquery that has them."""

    context: SearchContext
    _columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _aliases: dict[tuple[str, ...], str] = field(default_factory=dict)
    _required: list[tuple[str, ...]] = field(default_factory=list)

    def value_type(self, path: str) -> ValueType | None:
        """The type of a field over all indices; None where no index has it."""
        return value_type(self.context.indices, path)

    def scalar(self, value: ValueType) -> str:
        """The alias of the field's single value, NULL where it is missing."""
        return self._add(
            tuple(scalar_sql(branch.index, value, self.context.binder) for branch in self._branches)
        )

    def present(self, value: ValueType) -> str:
        """The alias of the field's single value, never NULL: documents without one leave the relation."""
        pairs = [present_sql(branch.index, value, self.context.binder) for branch in self._branches]
        self._required.append(tuple(condition for _, condition in pairs))
        return self._add(tuple(sql for sql, _ in pairs))

    def values(self, value: ValueType) -> str:
        """The alias of the field's values as an array."""
        return self._add(
            tuple(array_sql(branch.index, value, self.context.binder) for branch in self._branches)
        )

    def condition(self, node: Node) -> str:
        """The alias of a condition: 1 where the document fulfils it, else 0."""
        compiled = []
        for branch in self._branches:
            sql = self.context.conditions(branch.index, indexed=False).compile(node)
            compiled.append(f"toUInt8({sql})" if sql in ("0", "1") else f"toUInt8(ifNull({sql}, 0))")
        return self._add(tuple(compiled))

    def place(self) -> tuple[str, str, str, str]:
        """The aliases of branch number, segment, row and sort key: what finds a document again."""
        numbers = tuple(str(number) for number in range(len(self._branches)))
        every = len(self._branches)
        return (
            self._add(numbers),
            self._add(("_seg",) * every),
            self._add(("_row",) * every),
            self._add((f"toUnixTimestamp64Nano({quoted(TIMESTAMP)})",) * every),
        )

    def sort_key(self, plan: SortPlan) -> str:
        """The alias of a sort key."""
        return self._add(tuple(plan.column(branch.index, self.context.binder) for branch in self._branches))

    @property
    def _branches(self) -> Sequence[Branch]:
        return self.context.branches

    def _add(self, per_branch: tuple[str, ...]) -> str:
        alias = self._aliases.get(per_branch)
        if alias is None:
            alias = f"_c{len(self._columns)}"  # no column of a field begins with an underscore
            self._columns[alias] = per_branch
            self._aliases[per_branch] = alias
        return alias

    def relation(self) -> str:
        """The subquery with all columns asked for so far; call it last."""
        selects = []
        for number, branch in enumerate(self._branches):
            columns = [f"{sqls[number]} AS {alias}" for alias, sqls in self._columns.items()] or ["1 AS _one"]
            conditions = dict.fromkeys([branch.where, *(required[number] for required in self._required)])
            where = " AND ".join(conditions)
            selects.append(f"SELECT {', '.join(columns)} FROM {branch.index.table} WHERE {where}")
        return " UNION ALL ".join(selects)

    def bind(self, value: Any, type_name: str) -> str:
        return self.context.binder.bind(value, type_name)


def bounds_of(context: SearchContext, value: ValueType) -> tuple[int, int] | None:
    """The least and greatest value of a date or whole-number field; None where no document has one."""
    if not context.branches:
        return None
    scope = Scope(context)
    sql = f"arrayJoin({scope.values(value)})" if value.many else scope.scalar(value)
    rows = context.query(
        f"SELECT min(v), max(v), count(v) FROM (SELECT {sql} AS v FROM ({scope.relation()}))"
    )
    if not rows or not rows[0][2]:  # a timeout may leave no row at all
        return None
    return int(rows[0][0]), int(rows[0][1])

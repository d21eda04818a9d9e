"""How the values of a field are reached in one index."""

from collections.abc import Callable
from dataclasses import dataclass

from kelp.store.index.index import Index
from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.mapping.field import Field
from kelp.store.sql.binder import Binder

Predicate = Callable[[str], str]
"""SQL that tests one value, from the SQL of that value."""


@dataclass(frozen=True, slots=True)
class Access:
    """The SQL of a field's columns in one index; None where the table has no such column (then no values)."""

    field: Field
    scalar: str | None
    array: str | None
    overflow: str | None

    @property
    def empty(self) -> bool:
        """Whether no document of the index can have a value."""
        return self.scalar is None and self.array is None and self.overflow is None


def access(index: Index, field: Field, binder: Binder) -> Access:
    """The columns of a field that the index's table has now."""
    scalar = quoted(field.column) if field.kind is not None and field.column in index.columns else None
    array = None
    if field.array_column is not None and field.array_column in index.columns:
        array = quoted(field.array_column)
    overflow = (
        overflow_values(field.parent or field.path, binder)
        if field.overflowed or field.kind is None
        else None
    )
    return Access(field, scalar, array, overflow)


def overflow_values(path: str, binder: Binder) -> str:
    """The texts that a document keeps in `_overflow` for a path; an empty array where it has none."""
    return f"_overflow[{binder.text(path)}]"


def any_of(conditions: list[str]) -> str:
    """Conditions joined by OR; `0` for none."""
    if not conditions:
        return "0"
    return conditions[0] if len(conditions) == 1 else "(" + " OR ".join(conditions) + ")"


def all_of(conditions: list[str]) -> str:
    """Conditions joined by AND; `1` for none."""
    if not conditions:
        return "1"
    return conditions[0] if len(conditions) == 1 else "(" + " AND ".join(conditions) + ")"


def on_values(
    access: Access, scalar: Predicate, element: Predicate | None = None, text: Predicate | None = None
) -> str:
    """A test of any of the field's values: of the scalar column, of an array's element, of an overflow text.

    `element` defaults to `scalar`; without `text` overflow values fail the test.
    """
    conditions = []
    if access.scalar is not None:
        conditions.append(scalar(access.scalar))
    if access.array is not None:
        conditions.append(f"arrayExists(x -> {(element or scalar)('x')}, {access.array})")
    if access.overflow is not None and text is not None:
        conditions.append(f"arrayExists(x -> {text('x')}, {access.overflow})")
    return any_of(conditions)


def exists(access: Access) -> str:
    """The field has a value in any of its columns."""
    conditions = []
    if access.scalar == quoted(TIMESTAMP):
        # The sort key is filled with the time of arrival where a document has no timestamp.
        conditions.append("`@timestamp@form` != ''")
    elif access.scalar is not None:
        conditions.append(f"{access.scalar} IS NOT NULL")
    if access.array is not None:
        conditions.append(f"notEmpty({access.array})")
    if access.overflow is not None:
        conditions.append(f"notEmpty({access.overflow})")
    return any_of(conditions)

"""A `_cat` table: columns, rows, and how they are printed (`v`, `h`, `s`, `help`, `bytes`, `time`, `format`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from kelp.store.api.route import Call, Reply, Route
from kelp.store.errors import ApiError, illegal_argument

_SIZE_UNITS = {"b": 0, "k": 1, "kb": 1, "m": 2, "mb": 2, "g": 3, "gb": 3, "t": 4, "tb": 4, "p": 5, "pb": 5}
_TIME_UNITS_MS = {"nanos": 1e-6, "micros": 1e-3, "ms": 1, "s": 1e3, "m": 60e3, "h": 3600e3, "d": 86400e3}
_TEXT = "text/plain; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Bytes:
    """A size in bytes; printed as `3.4kb` unless `?bytes=` names a unit."""

    count: int


@dataclass(frozen=True, slots=True)
class Millis:
    """A duration in milliseconds; printed as `12ms`, `1.5h` unless `?time=` names a unit."""

    count: float


@dataclass(frozen=True, slots=True)
class Column:
    """Name, short names separated by commas, description; `shown` without being asked for; numbers stand right."""

    name: str
    aliases: str = ""
    description: str = ""
    shown: bool = True
    right: bool = False


Row = dict[str, Any]
"""Values by column name; None and missing ones are empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """Paths that show the table, its columns, and what gives its rows."""

    paths: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[Call], list[Row]]


def table_route(table: Table) -> list[Route]:
    """The routes of a table."""

    def show(call: Call) -> Any:
        return render(table, call)

    return [Route("GET", path, show) for path in table.paths]


def render(table: Table, call: Call) -> Any:
    """The table as text, or its rows as JSON when `?format=json` or the Accept header asks for it."""
    if call.parameters.flag("help"):
        return Reply(_help(table.columns), content_type=_TEXT)
    rows = table.rows(call)
    columns = _chosen(table.columns, call)
    rows = _sorted(rows, table.columns, call)
    shown = [[_cell(row.get(column.name), call) for column, _ in columns] for row in rows]
    titles = [title for _, title in columns]
    if _wants_json(call):
        return [dict(zip(titles, cells, strict=True)) for cells in shown]
    cells = [[cell or "" for cell in row] for row in shown]
    headed = [titles, *cells] if call.parameters.flag("v") else cells
    return Reply(_text(headed, [column.right for column, _ in columns]), content_type=_TEXT)


def _wants_json(call: Call) -> bool:
    wanted = call.parameters.text("format")
    if wanted in ("json", "yaml"):
        return True
    accept = call.headers.get("accept", "").partition(",")[0].partition(";")[0].strip()
    return not wanted and accept in (
        "application/json",
        "application/vnd.elasticsearch+json",
        "application/yaml",
    )


def _chosen(columns: Sequence[Column], call: Call) -> list[tuple[Column, str]]:
    """The columns that `?h=` names, each with the title it was asked for by; unknown names are left out."""
    wanted = call.parameters.names("h")
    if not wanted:
        return [(column, column.name) for column in columns if column.shown]
    found: list[tuple[Column, str]] = []
    for name in wanted:
        for column in columns:
            if "*" in name and fnmatchcase(column.name, name):
                found.append((column, column.name))
            elif name == column.name or name in column.aliases.split(","):
                found.append((column, name))
                break
    return found


def _sorted(rows: list[Row], columns: Sequence[Column], call: Call) -> list[Row]:
    for part in reversed(call.parameters.names("s")):
        name, _, order = part.partition(":")
        if order not in ("", "asc", "desc"):
            raise illegal_argument(f"cannot sort by [{part}]: expected [asc] or [desc] after the colon")
        column = next((c for c in columns if name == c.name or name in c.aliases.split(",")), None)
        if column is None:
            raise ApiError(
                400, "unsupported_operation_exception", f"Unable to sort by unknown sort key `{name}`"
            )
        rows = sorted(rows, key=_by(column.name), reverse=order == "desc")
    return rows


def _by(name: str) -> Callable[[Row], tuple[int, float, str]]:
    return lambda row: _sort_key(row.get(name))


def _sort_key(value: Any) -> tuple[int, float, str]:
    if isinstance(value, Bytes | Millis):
        value = value.count
    if isinstance(value, int | float):
        return (1, float(value), "")
    text = "" if value is None else str(value)
    return (1, float(text), "") if text.isdigit() else (2 if text else 0, 0.0, text)


def _cell(value: Any, call: Call) -> str | None:
    if value is None:
        return None
    if isinstance(value, Bytes):
        return size_text(value.count, call.parameters.text("bytes"))
    if isinstance(value, Millis):
        return time_text(value.count, call.parameters.text("time"))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def size_text(count: int, unit: str = "") -> str:
    """`512b`, `3.4kb`, `1.2gb`; whole units without a letter where one is named."""
    if unit:
        if unit not in _SIZE_UNITS:
            raise illegal_argument(f"cannot show sizes in [{unit}], expected one of {sorted(_SIZE_UNITS)}")
        return str(count // 1024 ** _SIZE_UNITS[unit])
    value, name = float(count), "b"
    for name in ("b", "kb", "mb", "gb", "tb", "pb"):
        if value < 1024 or name == "pb":
            break
        value /= 1024
    return f"{int(value * 10) / 10:g}{name}"


def time_text(millis: float, unit: str = "") -> str:
    """`12ms`, `1.5s`, `2.3h`; whole units without a letter where one is named."""
    if unit:
        if unit not in _TIME_UNITS_MS:
            raise illegal_argument(f"cannot show times in [{unit}], expected one of {sorted(_TIME_UNITS_MS)}")
        return str(int(millis / _TIME_UNITS_MS[unit]))
    for name in ("d", "h", "m", "s"):
        if millis >= _TIME_UNITS_MS[name]:
            return f"{int(millis / _TIME_UNITS_MS[name] * 10) / 10:g}{name}"
    return f"{int(millis)}ms"


def _text(rows: list[list[str]], right: list[bool]) -> str:
    """Columns as wide as their widest cell, one blank between them; the last one is padded too, as everywhere."""
    if not rows:
        return ""
    widths = [max(len(row[at]) for row in rows) for at in range(len(right))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if at_right else cell.ljust(width)
            for cell, width, at_right in zip(row, widths, right, strict=True)
        ]
        if cells and not right[-1]:
            cells[-1] = row[-1]
        lines.append(" ".join(cells) + "\n")
    return "".join(lines)


def _help(columns: Sequence[Column]) -> str:
    names = max(len(column.name) for column in columns)
    aliases = max(len(column.aliases) for column in columns)
    return "".join(
        f"{column.name.ljust(names)} | {column.aliases.ljust(aliases)} | {column.description}\n"
        for column in columns
    )

"""`fields`, `docvalue_fields` and `stored_fields`: values of a hit by path, formatted."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from kelp.store.index.index import Index
from kelp.store.mapping import dates
from kelp.store.mapping.field import Field
from kelp.store.query.date_format import write

if TYPE_CHECKING:
    from kelp.store.search.request import FieldRequest


def flat_values(source: Any, path: str = "") -> dict[str, list[Any]]:
    """The leaves of a document by path; arrays are flat, null is left out."""
    found: dict[str, list[Any]] = {}
    _gather(source, path, found)
    return found


def _gather(node: Any, path: str, found: dict[str, list[Any]]) -> None:
    if isinstance(node, dict):
        for key, item in node.items():
            _gather(item, f"{path}.{key}" if path else key, found)
    elif isinstance(node, list):
        for item in node:
            _gather(item, path, found)
    elif node is not None:
        found.setdefault(path, []).append(node)


def fetch_fields(
    index: Index, source: dict[str, Any], requests: "Sequence[FieldRequest]", *, doc_values: bool = False
) -> dict[str, list[Any]]:
    """The values under a hit's `fields`, by path."""
    flat = flat_values(source)
    found: dict[str, list[Any]] = {}
    for request in requests:
        for item in index.mapping.match(request.pattern):
            values = flat.get(item.parent or item.path)
            if not values or item.path in found:
                continue
            shown = [text for value in values for text in _shown(item, value, request.format, doc_values)]
            if shown:
                found[item.path] = shown
        if request.include_unmapped:
            for path, values in flat.items():
                if index.mapping.get(path) is None and fnmatchcase(path, request.pattern):
                    found.setdefault(path, values)
    return found


def _shown(item: Field, value: Any, form: str | None, doc_values: bool) -> Iterator[Any]:
    """One value as `fields` shows it; nothing where it does not fit the field."""
    if item.kind == "date":
        nanos = dates.parse(value, item.params.get("format"))
        if nanos is not None:
            wanted = form or item.params.get("format")
            if wanted is None and item.type == "date_nanos":
                wanted = "strict_date_optional_time_nanos"
            yield write(nanos, wanted)
        return
    if item.kind == "boolean":
        yield value in (True, "true")
    elif item.kind in ("long", "double"):
        number = _number(item, value)
        if number is not None:
            yield number
    else:
        text = value if isinstance(value, str) else _text(value)
        limit = item.params.get("ignore_above")
        if limit is None or len(text) <= int(limit):
            yield text


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _number(item: Field, value: Any) -> int | float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if item.kind == "long":
        return int(value) if isinstance(value, int) else int(number)
    return number

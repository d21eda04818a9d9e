"""How keys and numbers of aggregations look in JSON."""

from typing import Any

from kelp.store.aggs.node import Json
from kelp.store.query.date_format import write
from kelp.store.query.date_math import NANOS_PER_MS, zone
from kelp.store.sql.values import ValueType


def date_format(value: ValueType | None, body: Json) -> str | None:
    """The format of dates: of the request, else of the field, else None for ISO."""
    form = body.get("format")
    if form:
        return str(form)
    return value.field.params.get("format") if value is not None and value.field is not None else None


def show_key(value: ValueType, raw: Any, body: Json) -> Json:
    """`key` and, where it says more, `key_as_string` of a bucket."""
    if value.kind == "date":
        form = date_format(value, body)
        return {
            "key": int(raw) // NANOS_PER_MS,
            "key_as_string": write(int(raw), form, zone(body.get("time_zone"))),
        }
    if value.kind == "boolean":
        return {"key": int(raw), "key_as_string": "true" if raw else "false"}
    return {"key": raw}


def number(raw: Any) -> float | None:
    """A float, None for what is missing or no number."""
    if raw is None:
        return None
    result = float(raw)
    return result if result == result and result not in (float("inf"), float("-inf")) else None

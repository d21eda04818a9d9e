"""Whether a JSON value fits a field's column, and how a segment line writes it there."""

import ipaddress
import math
from typing import Any

import orjson

from kelp.store.mapping import dates
from kelp.store.mapping.field import INTEGER_RANGES, Field

_EXACT_INTEGER_LIMIT = 2**53
_INTEGER_LIMIT = 2**63


class Misfit(Exception):
    """The value cannot be held by the field's column."""


def fit(field: Field, value: Any) -> tuple[Any, bool]:
    """The value as a segment line holds it, and whether the column alone gives the original back.

    `value` is a JSON scalar, not null. Raises Misfit.
    """
    kind = field.kind
    if kind == "string":
        return _fit_string(field, value)
    if kind == "long":
        return _fit_integer(field, value)
    if kind == "double":
        return _fit_double(value)
    if kind == "boolean":
        return _fit_boolean(value)
    if kind == "date":
        return _fit_date(field, value)
    raise Misfit


def text_of(value: Any) -> str:
    """A JSON value as text, as `_overflow` keeps it: strings as they are, the rest as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _fit_string(field: Field, value: Any) -> tuple[Any, bool]:
    exact = isinstance(value, str)
    text = text_of(value)
    if field.type == "ip":
        try:
            ipaddress.ip_address(text)
        except ValueError as error:
            raise Misfit from error
    return text, exact


def _fit_integer(field: Field, value: Any) -> tuple[Any, bool]:
    low, high = INTEGER_RANGES[field.type]
    exact = type(value) is int
    if isinstance(value, bool):
        raise Misfit
    try:
        # Elasticsearch's `coerce`: "12" and 12.7 are 12.
        number = value if exact else int(value) if isinstance(value, float) else _integer_text(value)
    except (ValueError, OverflowError) as error:
        raise Misfit from error
    if not low <= number <= high:
        raise Misfit
    return number, exact


def _integer_text(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return int(float(text))


def _fit_double(value: Any) -> tuple[Any, bool]:
    if isinstance(value, bool):
        raise Misfit
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        raise Misfit from error
    if not math.isfinite(number):
        raise Misfit
    if isinstance(value, str):
        return number, False
    if isinstance(value, int):
        return value, abs(value) <= _EXACT_INTEGER_LIMIT
    # JSON integers beyond 64 bits arrive as floats.
    return value, abs(value) < _INTEGER_LIMIT or not value.is_integer()


def _fit_boolean(value: Any) -> tuple[Any, bool]:
    if isinstance(value, bool):
        return value, True
    if value in ("true", "false", ""):
        return value == "true", False
    raise Misfit


def _fit_date(field: Field, value: Any) -> tuple[Any, bool]:
    format_text = field.params.get("format")
    nanoseconds = dates.parse(value, format_text)
    if nanoseconds is None:
        raise Misfit
    if isinstance(value, str) and dates.is_canonical(value):
        return value, True
    return f"{nanoseconds}|{dates.form_of(value, nanoseconds, format_text)}", True

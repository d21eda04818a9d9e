"""Reading the bodies of queries: the field, the short form, known options, simple types."""

from typing import Any

from kelp.store.dsl.registry import parsing_error
from kelp.store.errors import ApiError

COMMON = frozenset({"boost", "_name"})
"""Options every query takes; Kelp's scores do not weigh boosts."""


def options(name: str, body: Any, known: frozenset[str] | set[str]) -> dict[str, Any]:
    """The body of query `name` as an object with known keys only."""
    if not isinstance(body, dict):
        raise parsing_error(f"[{name}] query malformed, no start_object after query name")
    for key in body:
        if key not in known and key not in COMMON:
            raise parsing_error(f"[{name}] query does not support [{key}]")
    return body


def field_options(name: str, body: Any, known: set[str], short: str) -> tuple[str, dict[str, Any]]:
    """The one field in `{field: {options}}` or `{field: value}`, which stands for `{field: {short: value}}`."""
    if not isinstance(body, dict):
        raise parsing_error(f"[{name}] query malformed, no start_object after query name")
    fields = [key for key in body if key not in COMMON]
    if not fields:
        raise ApiError(400, "illegal_argument_exception", "field name is null or empty")
    if len(fields) > 1:
        raise parsing_error(
            f"[{name}] query doesn't support multiple fields, found [{fields[0]}] and [{fields[1]}]"
        )
    field = fields[0]
    inner = body[field]
    if isinstance(inner, list):
        raise parsing_error(f"[{name}] unknown token [START_ARRAY] after [{field}]")
    if not isinstance(inner, dict):
        inner = {short: inner}
    checked = options(name, inner, known)
    if checked.get(short) is None and short in known:
        raise ApiError(
            400, "illegal_argument_exception", f"[{name}] requires [{short}], got none for [{field}]"
        )
    return field, checked


def flag(value: Any) -> bool:
    """A boolean option; "true" and "false" count too."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ApiError(
        400,
        "illegal_argument_exception",
        f"Failed to parse value [{value}] as only [true] or [false] are allowed.",
    )


def integer(name: str, option: str, value: Any) -> int:
    """A whole-number option; text with digits counts too."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ApiError(
            400, "illegal_argument_exception", f"[{name}] failed to parse field [{option}]: got [{value}]"
        ) from None


def text(value: Any) -> str:
    """A value as the text Elasticsearch would search for: true, not True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def optional_text(value: Any) -> str | None:
    """Text, or None where the option is absent."""
    return None if value is None else text(value)

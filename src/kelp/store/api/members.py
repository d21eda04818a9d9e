"""Members of a request's body, with an error that names the member where its type is wrong."""

from typing import Any

from kelp.store.errors import ApiError


def object_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The object `name`; `{}` when it is missing or null."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(name, "an object", value)
    return value


def strings_of(body: dict[str, Any], name: str) -> list[str]:
    """The strings of `name`, which may be one string or a list of them; empty when it is missing or null."""
    value = body.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(name, "a string or a list of strings", value)
    return value


def objects_of(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of objects `name`; empty when it is missing or null."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _wrong(name, "a list of objects", value)
    return value


def integer_of(body: dict[str, Any], name: str, default: int) -> int:
    """The whole number `name`, which may be written as a string."""
    value = body.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise _wrong(name, "a whole number", value) from None


def _wrong(name: str, wanted: str, value: object) -> ApiError:
    got = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}.get(type(value), "a number")
    return ApiError(
        400, "parsing_exception", f"expected {wanted} as [{name}], got {got}: [{str(value)[:100]}]"
    )

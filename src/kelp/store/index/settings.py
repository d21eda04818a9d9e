"""Index settings: nested or dotted on the way in, flat strings inside."""

from typing import Any

from kelp.store.errors import illegal_argument

FIELDS_LIMIT_SETTING = "mapping.total_fields.limit"


def flat_settings(body: dict[str, Any] | None) -> dict[str, Any]:
    """`{"index": {"refresh_interval": "5s"}}`, `{"index.refresh_interval": …}` and `{"refresh_interval": …}` alike.

    Numbers and booleans become strings, as Elasticsearch shows them; lists stay lists, null stays None.
    """
    out: dict[str, Any] = {}
    _flatten(body or {}, "", out)
    return {name.removeprefix("index."): value for name, value in out.items()}


def _flatten(body: dict[str, Any], prefix: str, out: dict[str, Any]) -> None:
    for name, value in body.items():
        path = prefix + name
        if isinstance(value, dict):
            _flatten(value, path + ".", out)
        elif isinstance(value, bool):
            out[path] = "true" if value else "false"
        elif isinstance(value, list):
            out[path] = [str(item) for item in value]
        else:
            out[path] = None if value is None else str(value)


def fields_limit(settings: dict[str, Any], default: int) -> int:
    """`index.mapping.total_fields.limit` as a number."""
    text = settings.get(FIELDS_LIMIT_SETTING)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise illegal_argument(
            f"Failed to parse value [{text}] for setting [index.{FIELDS_LIMIT_SETTING}]"
        ) from None


def check_counts(settings: dict[str, Any]) -> None:
    """Raise ApiError where the numbers of shards or replicas are none."""
    for name, least in (("number_of_shards", 1), ("number_of_replicas", 0)):
        text = settings.get(name)
        if text is None:
            continue
        try:
            number = int(text)
        except ValueError:
            raise illegal_argument(f"Failed to parse value [{text}] for setting [index.{name}]") from None
        if number < least:
            raise illegal_argument(
                f"Failed to parse value [{text}] for setting [index.{name}] must be >= {least}"
            )

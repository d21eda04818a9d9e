"""Query parameters of a request, read the way Elasticsearch reads them."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from kelp.store.errors import ApiError

_TIME_UNITS_MS = {
    "nanos": 1e-6,
    "micros": 1e-3,
    "ms": 1.0,
    "s": 1e3,
    "m": 60e3,
    "h": 3600e3,
    "d": 86400e3,
}
_TIME = re.compile(r"^(-?\d+(?:\.\d+)?)(nanos|micros|ms|s|m|h|d)$", re.IGNORECASE)
_BYTE_UNITS = {"b": 0, "k": 1, "kb": 1, "m": 2, "mb": 2, "g": 3, "gb": 3, "t": 4, "tb": 4, "p": 5, "pb": 5}
_BYTES = re.compile(r"^(-?\d+(?:\.\d+)?)([kmgtp]?b?)$", re.IGNORECASE)


class Parameters:
    """The parameters after `?`; of a repeated one the last counts, `?pretty` is `?pretty=`."""

    def __init__(self, query: str | bytes = "") -> None:
        text = query.decode("latin-1") if isinstance(query, bytes) else query
        self._values = dict(parse_qsl(text, keep_blank_values=True)) if text else {}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def text(self, name: str, default: str = "") -> str:
        """The value as it is."""
        return self._values.get(name, default)

    def get(self, name: str) -> str | None:
        """The value, None when the parameter is absent."""
        return self._values.get(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """`true` or empty is True, `false` False; anything else is an error."""
        value = self._values.get(name)
        if value is None:
            return default
        if value in ("", "true"):
            return True
        if value == "false":
            return False
        raise ApiError(
            400,
            "illegal_argument_exception",
            f"Failed to parse value [{value}] as only [true] or [false] are allowed.",
        )

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except ValueError:
            raise ApiError(
                400,
                "illegal_argument_exception",
                f"Failed to parse int parameter [{name}] with value [{value}]",
            ) from None

    def names(self, name: str) -> list[str]:
        """A list separated by commas; empty when the parameter is absent or empty."""
        return [part.strip() for part in self._values.get(name, "").split(",") if part.strip()]

    def duration_ms(self, name: str, default: float) -> float:
        """A duration such as `30s`, in milliseconds."""
        value = self._values.get(name)
        return default if not value else duration_ms(value, name)


def duration_ms(text: str, setting: str) -> float:
    """Milliseconds of a duration (`1d 2h 30m 5s 100ms 5micros`, `-1`, `0`); `setting` names it in errors."""
    text = text.strip()
    if text in ("-1", "0"):
        return float(text)
    match = _TIME.match(text)
    if match is None:
        raise ApiError(
            400,
            "illegal_argument_exception",
            f"failed to parse setting [{setting}] with value [{text}] as a time value: "
            "unit is missing or unrecognized",
        )
    return float(match[1]) * _TIME_UNITS_MS[match[2].lower()]


def size_bytes(text: str, setting: str) -> int:
    """Bytes of a size (`512b`, `10kb`, `1.5g`); `setting` names it in errors."""
    match = _BYTES.match(text.strip())
    if match is None or not match[2]:
        raise ApiError(
            400,
            "parse_exception",
            f"failed to parse setting [{setting}] with value [{text}] as a size in bytes: "
            "unit is missing or unrecognized",
        )
    return int(float(match[1]) * 1024 ** _BYTE_UNITS[match[2].lower()])

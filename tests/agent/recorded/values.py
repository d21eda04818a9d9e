"""Values of recorded cases: as their YAML and JSON write them, and as Kelp has them."""

import math
import time
from typing import Any

Case = dict[str, Any]
_RECENT_NS = 600 * 10**9


def plain(value: Any) -> Any:
    """A value as JSON holds it: `$hex` for bytes that are no UTF-8, `$float` for NaN and infinities."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"$hex": value.hex()}
    if isinstance(value, str) and _has_bytes(value):
        return {"$hex": value.encode("utf-8", "surrogateescape").hex()}
    if isinstance(value, dict):
        return {k if isinstance(k, str) else str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]}
    return value


def _has_bytes(text: str) -> bool:
    """Whether text holds bytes that were no UTF-8."""
    return any("\udc80" <= char <= "\udcff" for char in text)


def from_case(value: Any) -> Any:
    """The value a case writes."""
    if isinstance(value, dict):
        if "$hex" in value:
            return bytes.fromhex(value["$hex"])
        return {k: from_case(v) for k, v in value.items()}
    return [from_case(v) for v in value] if isinstance(value, list) else value


def as_read(value: Any) -> Any:
    """Bytes that are not UTF-8 as inputs hand them on."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, dict):
        return {k: as_read(v) for k, v in value.items()}
    return [as_read(v) for v in value] if isinstance(value, list) else value


def moment(ns: int) -> Any:
    """A time within the last minutes is the present."""
    return "now" if abs(time.time_ns() - ns) < _RECENT_NS else ns

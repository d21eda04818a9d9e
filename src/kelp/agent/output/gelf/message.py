"""Events as GELF messages.

https://go2docs.graylog.org/current/getting_in_log_data/gelf.html
"""

from typing import Any

from kelp.agent.event import Record
from kelp.agent.ruby.numbers import to_f
from kelp.agent.ruby.rounding import rounded
from kelp.agent.ruby.text import to_s

_NANOS = 1_000_000_000
_OWN = ("short_message", "full_message", "facility", "line", "file")
# Fields that stand in for a missing short_message, in this order.
_TEXTS = ("_message", "_msg", "_log", "_record")
_NO_TEXT = "(no message)"
# Levels as Ruby's logger counts them, which is what the plugin makes of a field `level`, by its first letter.
_DEBUG, _INFO, _WARN, _ERROR, _FATAL, UNKNOWN = range(6)
_LEVELS = {
    "0": UNKNOWN, "1": UNKNOWN, "a": UNKNOWN, "2": _FATAL, "c": _FATAL, "3": _ERROR, "4": _WARN, "w": _WARN,
    "5": _INFO, "n": _INFO, "6": _INFO, "i": _INFO, "7": _DEBUG, "d": _DEBUG,
}  # fmt: skip
# … and as syslog counts them.
SYSLOG_LEVELS = {_DEBUG: 7, _INFO: 6, _WARN: 4, _ERROR: 3, _FATAL: 2, UNKNOWN: 1}


def stamp(time: int) -> float:
    """Seconds, to the millisecond."""
    return float(time // _NANOS + rounded(time % _NANOS / 1e9, 3))


def message(tag: str, time: int, record: Record, *, use_record_host: bool, msec_behind: str | None) -> Record:
    """The fields of a message; `level` is one of Ruby's logger. A field `msec` goes `msec_behind` that text."""
    seconds = stamp(time)
    found: dict[str, Any] = {"_tag": tag, "timestamp": seconds}
    for key, value in record.items():
        if key == "host":
            found["host" if use_record_host else "_host"] = value
        elif key == "level":
            level = _level(to_s(value).lower())
            found["_level" if level is None else "level"] = value if level is None else level
        elif key == "msec" and msec_behind is not None:
            found["timestamp"] = to_f(f"{msec_behind}.{to_s(value)}")
        elif key in _OWN or key.startswith("_"):
            found[key] = value
        else:
            found[f"_{key}"] = value
    if not to_s(found.get("short_message")):
        name = next((name for name in _TEXTS if to_s(found.get(name))), None)
        found["short_message"] = found.pop(name) if name else _NO_TEXT
    return {key: value for key, value in found.items() if value is not None}


def _level(text: str) -> int | None:
    """The level that a text begins with; None for others."""
    if text.startswith("e"):
        return UNKNOWN if len(text) > 1 and text[1] != "r" else _ERROR
    return _LEVELS.get(text[:1])

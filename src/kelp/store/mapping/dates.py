"""Dates: reading them in Elasticsearch's formats, and writing them back exactly as they were sent.

A date column holds nanoseconds; its `@form` column says how the text looked. Canonical forms are

    [T| ] precision zone      "n+00:00"  "mZ"  "s"  "6+0530"

where precision is `s` (no fraction), `m` (3 digits), `u` (6), `n` (9) or the number of digits, and zone is the
text's zone as written (empty: none, UTC). Further forms: `d` (a day, `2025-11-23`), `epoch_millis` and
`epoch_second` (JSON integers), `=text` (any other string) and `#text` (any other JSON number).
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson

from kelp.store.mapping import java_time

DEFAULT_FORMAT = "strict_date_optional_time||epoch_millis"
_DAY = (
    r"(?:(?:(?:19[7-9]\d|20\d\d|21\d\d)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])))"
    r"|(?:19(?:7[26]|8[048]|9[26])|20(?:0[048]|[2468][048]|[13579][26])|21(?:0[48]|[2468][048]|[13579][26]))-02-29)"
)
CANONICAL_PATTERN = (
    rf"\A{_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{1,9}})?(?:Z|[+-](?:0\d|1[0-3]):?[0-5]\d)?\Z"
)
"""Texts that the engine itself turns into value and form: full ISO date-times of the years 1970 to 2199."""

_CANONICAL = re.compile(CANONICAL_PATTERN)
_PRECISION_NAMES = {0: "s", 3: "m", 6: "u", 9: "n"}
_PRECISION_DIGITS = {name: digits for digits, name in _PRECISION_NAMES.items()}
_CANONICAL_FORM = re.compile(r"^([smun1-9])(Z|[+-]\d\d:?\d\d|)$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIN_NANOSECONDS, MAX_NANOSECONDS = -(2**63), 2**63 - 1
_ISO_FORMATS = frozenset(
    {
        "strict_date_optional_time",
        "date_optional_time",
        "strict_date_optional_time_nanos",
        "iso8601",
        "dateOptionalTime",
    }
)


@lru_cache(maxsize=512)
def formats(text: str | None) -> tuple[str, ...]:
    """The alternatives of a `format` parameter, the default where there is none."""
    return tuple(part.strip() for part in (text or DEFAULT_FORMAT).split("||") if part.strip())


def accepts_canonical(format_text: str | None) -> bool:
    """Whether the canonical ISO texts are valid dates of this format."""
    return any(name in _ISO_FORMATS for name in formats(format_text))


def integer_form(format_text: str | None) -> str | None:
    """What a JSON integer means under this format: `epoch_millis`, `epoch_second` or, if anything else, None."""
    for name in formats(format_text):
        if name in ("epoch_millis", "epoch_second"):
            return name
    return None


def is_canonical(text: str) -> bool:
    """Whether the engine can read this text by itself."""
    return _CANONICAL.match(text) is not None


def validate_format(format_text: str) -> None:
    """Raise ValueError naming the part of a `format` parameter that cannot be understood."""
    for name in formats(format_text):
        if name not in _ISO_FORMATS and name not in ("epoch_millis", "epoch_second"):
            java_time.compile_pattern(name)


def parse(value: Any, format_text: str | None = None) -> int | None:
    """Nanoseconds since the epoch of a JSON string or number; None when no format fits it."""
    if isinstance(value, bool) or value is None:
        return None
    text = value if isinstance(value, str) else _number_text(value)
    for name in formats(format_text):
        nanoseconds = _parse_one(text, name)
        if nanoseconds is not None and MIN_NANOSECONDS <= nanoseconds <= MAX_NANOSECONDS:
            return nanoseconds
    return None


def _number_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _parse_one(text: str, name: str) -> int | None:
    if name in ("epoch_millis", "epoch_second"):
        return _parse_epoch(text, 1_000_000 if name == "epoch_millis" else 1_000_000_000)
    if name in _ISO_FORMATS:
        return java_time.parse_iso(text)
    try:
        pattern = java_time.compile_pattern(name)
    except ValueError:
        return None
    return pattern.parse(text)


_EPOCH_TEXT = re.compile(r"^(-?\d{1,19})(?:\.(\d{1,9}))?$")


def _parse_epoch(text: str, unit_nanoseconds: int) -> int | None:
    match = _EPOCH_TEXT.match(text)
    if match is None:
        return None
    nanoseconds = int(match[1]) * unit_nanoseconds
    if match[2]:
        part = int(match[2]) * unit_nanoseconds // 10 ** len(match[2])
        nanoseconds += -part if text.startswith("-") else part
    return nanoseconds


def write(nanoseconds: int, form: str) -> Any:
    """The JSON value as it was sent, from the column's value and its form."""
    if form.startswith("="):
        return form[1:]
    if form.startswith("#"):
        return orjson.loads(form[1:])
    if form == "epoch_millis":
        return nanoseconds // 1_000_000
    if form == "epoch_second":
        return nanoseconds // 1_000_000_000
    if form == "d":
        return (_EPOCH + timedelta(seconds=nanoseconds // 1_000_000_000)).strftime("%Y-%m-%d")
    digits, zone, offset_seconds = _form(form)
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    text = _second_text(seconds + offset_seconds)
    if digits:
        return f"{text}.{fraction:09d}"[: 20 + digits] + zone
    return text + zone


@lru_cache(maxsize=4096)
def _second_text(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=1024)
def _form(form: str) -> tuple[int, str, int]:
    match = _CANONICAL_FORM.match(form)
    if match is None:
        raise ValueError(f"cannot write a date of form {form!r}: unknown form")
    digits = _PRECISION_DIGITS.get(match[1])
    zone = match[2]
    return int(match[1]) if digits is None else digits, zone, java_time.zone_seconds(zone)


def form_of(value: Any, nanoseconds: int, format_text: str | None) -> str:
    """The form of a date that was read as `nanoseconds`."""
    if isinstance(value, str):
        if is_canonical(value):
            zone = _zone_of(value)
            digits = max(0, len(value) - 20 - len(zone))
            form = _PRECISION_NAMES.get(digits, str(digits)) + zone
        else:
            form = "d"
        return form if write(nanoseconds, form) == value else "=" + value
    unit = integer_form(format_text)
    if isinstance(value, int) and unit is not None and write(nanoseconds, unit) == value:
        return unit
    return "#" + orjson.dumps(value).decode()


def _zone_of(text: str) -> str:
    if text.endswith("Z"):
        return "Z"
    for length in (6, 5):
        if text[-length] in "+-" and len(text) - length >= 19:
            return text[-length:]
    return ""


def sql_value(text: str, unit: str | None) -> str:
    """SQL: the column's value from the field's text in a segment line.

    The text is a canonical ISO date-time, an integer (`unit` tells what it counts), or `nanoseconds|form`.
    """
    factor = 1_000_000_000 if unit == "epoch_second" else 1_000_000
    return (
        f"multiIf({text} IS NULL, NULL, position({text}, '|') > 0, "
        f"fromUnixTimestamp64Nano(toInt64OrZero(substringIndex(assumeNotNull({text}), '|', 1)), 'UTC'), "
        f"position({text}, 'T') = 0, "
        f"fromUnixTimestamp64Nano(toInt64OrZero(assumeNotNull({text})) * {factor}, 'UTC'), "
        f"parseDateTime64BestEffortOrNull({text}, 9, 'UTC'))"
    )


def sql_form(text: str, unit: str | None) -> str:
    """SQL: the form of the field's text in a segment line, `''` where there is none; see `sql_value`."""
    sign6, sign5 = f"substring({text}, -6, 1) IN ('+', '-')", f"substring({text}, -5, 1) IN ('+', '-')"
    length = f"length({text})"

    def with_zone(zone_length: int) -> str:
        digits = f"toInt16({length}) - {20 + zone_length}"
        zone = f"substring({text}, -{zone_length})" if zone_length else "''"
        names = f"transform({digits}, [-1, 3, 6, 9], ['s', 'm', 'u', 'n'], toString({digits}))"
        return f"concat({names}, {zone})"

    return (
        f"ifNull(multiIf({text} IS NULL, '', position({text}, '|') > 0, "
        f"substring({text}, position({text}, '|') + 1), "
        f"position({text}, 'T') = 0, '{unit or 'epoch_millis'}', "
        f"endsWith({text}, 'Z'), {with_zone(1)}, {length} >= 25 AND {sign6}, {with_zone(6)}, "
        f"{length} >= 24 AND {sign5}, {with_zone(5)}, {with_zone(0)}), '')"
    )

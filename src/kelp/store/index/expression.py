"""Index expressions: names, wildcards, exclusions and date math, as they stand in a URL's first part."""

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from kelp.store.errors import ApiError, IndexNotFound

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "H": "hours", "d": "days", "w": "weeks"}
_MATH = re.compile(
    r"^<(?P<before>[^{<>]*)\{(?P<math>now[^{}]*)(?:\{(?P<format>[^{}|]*)(?:\|(?P<zone>[^{}]*))?\})?\}(?P<after>[^<>]*)>$"
)
_STEP = re.compile(r"([+-])(\d+)([yMwdhHms])|/([yMwdhHms])")
_JAVA = {"yyyy": "%Y", "uuuu": "%Y", "YYYY": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "DDD": "%j",
         "ww": "%V", "xxxx": "%G"}  # fmt: skip


def date_math_name(name: str, now: datetime | None = None) -> str:
    """Resolve `<logs-{now/d-1d{yyyy.MM.dd}}>`; other names stay as they are."""
    if not name.startswith("<"):
        return name
    match = _MATH.match(name)
    if match is None:
        raise ApiError(
            400,
            "parse_exception",
            f"cannot resolve date math index name [{name}]: expected <prefix-{{now/d{{yyyy.MM.dd}}}}>",
        )
    moment = now or datetime.now(UTC)
    for sign, count, unit, rounding in _STEP.findall(match["math"][3:]):
        moment = _round(moment, rounding) if rounding else _add(moment, int(sign + count), unit)
    pattern = match["format"] or "yyyy.MM.dd"
    text = re.sub(r"([a-zA-Z])\1*", lambda part: _JAVA.get(part[0], part[0]), pattern)
    return match["before"] + moment.strftime(text) + match["after"]


def _add(moment: datetime, count: int, unit: str) -> datetime:
    if unit in _UNITS:
        return moment + timedelta(**{_UNITS[unit]: count})
    months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "y" else 1)
    return moment.replace(year=months // 12, month=months % 12 + 1, day=min(moment.day, 28))


def _round(moment: datetime, unit: str) -> datetime:
    if unit == "w":
        moment -= timedelta(days=moment.weekday())
        unit = "d"
    order = "yMdhms"
    keep = order.index("h" if unit == "H" else unit)
    fresh = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    reset = {name: value for at, (name, value) in enumerate(fresh.items(), 1) if at > keep}
    return moment.replace(microsecond=0, **reset)  # type: ignore[arg-type]


def expand(
    expression: str,
    names: Callable[[], Collection[str]],
    exists: Callable[[str], bool],
    *,
    allow_no_indices: bool = True,
    ignore_unavailable: bool = False,
    hidden: Callable[[str], bool] = lambda name: False,
    expand_hidden: bool = False,
    expand_none: bool = False,
) -> list[str]:
    """The names of indices and aliases that an expression stands for, each once, in order.

    `names` gives all names, `hidden` tells which of them wildcards skip. Raises IndexNotFound.
    """
    parts = [part for part in _split(expression) if part] or ["_all"]
    found: dict[str, None] = {}
    wildcard_seen = False
    for part in parts:
        name = date_math_name(part)
        if name.startswith("-") and wildcard_seen:
            for other in [n for n in found if _fits(name[1:], n)]:
                del found[other]
            continue
        if name == "_all" or "*" in name:
            wildcard_seen = True
            pattern = "*" if name == "_all" else name
            dotted = pattern.startswith(".")
            if not expand_none:
                found.update(
                    (n, None)
                    for n in sorted(names())
                    if _fits(pattern, n)
                    and (expand_hidden or not hidden(n) or (dotted and n.startswith(".")))
                )
            continue
        if exists(name):
            found[name] = None
        elif not ignore_unavailable:
            raise IndexNotFound(name)
    if not found and not allow_no_indices:
        raise IndexNotFound(expression or "_all")
    return list(found)


def _split(expression: str) -> list[str]:
    """Split at commas; a comma inside `<…>` belongs to the name."""
    return [part.strip() for part in re.split(r",(?![^<]*>)", expression)]


def _fits(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))

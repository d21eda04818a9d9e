"""Ruby's values in Python: what differs from Python's own, and Ruby's rules of truth, equality and text.

nil is None, Integer is int, String is str, Array is list, Hash is dict; the rest are the classes below.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any, TypeVar

from kelp.agent.timefmt import build_time_formatter
from kelp.common.errors import KelpError

NANOS = 1_000_000_000
# What Python raises where Ruby has an error of its own, and for values only Ruby can hold.
PYTHON_FAULTS = (
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    LookupError,
    RecursionError,
    MemoryError,
)
# A loop of more rounds would hold up all events.
MOST_ROUNDS = 1_000_000


class RubyError(KelpError):
    """What Ruby would raise while an expression runs, such as an undefined method for nil.

    `kind` is the error's class in Ruby where it cannot be told from the message.
    """

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Symbol:
    """`:name`; never equal to the string of the same letters."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A class or module by its name: `String`, `Digest::MD5`."""

    name: str


@dataclass(frozen=True, slots=True)
class Regexp:
    """`/source/im`."""

    source: str
    compiled: "re.Pattern[str]"
    flags: str = ""

    def to_s(self) -> str:
        off = "".join(letter for letter in "mix" if letter not in self.flags)
        return f"(?{self.flags}{'-' + off if off else ''}:{self.source})"


@dataclass(frozen=True, slots=True)
class MatchData:
    """The result of a match."""

    match: "re.Match[str]"


@dataclass(frozen=True, slots=True)
class Range:
    """`first..last`, or without the last one (`...`)."""

    first: Any
    last: Any
    exclusive: bool

    def values(self) -> "range | list[str]":
        """The members of a range of integers or letters. Raises RubyError for other ranges."""
        first, last = self.first, self.last
        if isinstance(first, str) and isinstance(last, str) and len(first) == len(last) == 1:
            return [chr(code) for code in range(ord(first), ord(last) + (0 if self.exclusive else 1))]
        if type(first) is not int or not is_number(last):
            raise RubyError(f"can't iterate from {class_name(first)}", "TypeError")
        end = math.ceil(last) if self.exclusive else math.floor(last) + 1
        return range(first, end)

    def bounds(self, size: int) -> tuple[int, int] | None:
        """Start and end (exclusive) over `size` items; None when it begins outside."""
        first = 0 if self.first is None else self.first
        last = -1 if self.last is None else self.last
        exclusive = self.exclusive and self.last is not None
        start = first + size if first < 0 else first
        end = (last + size if last < 0 else last) + (0 if exclusive else 1)
        if not 0 <= start <= size:
            return None
        return start, max(start, min(end, size))

    def items(self) -> list[Any]:
        """As `values`, one by one. Raises RubyError for too many."""
        return list(bounded(self.values()))


Items = TypeVar("Items", bound="range | list[str]")


def bounded(items: Items) -> Items:
    """The items of a loop. Raises RubyError for more than MOST_ROUNDS."""
    if len(items) > MOST_ROUNDS:
        raise endless()
    return items


def endless() -> RubyError:
    """What a loop of too many rounds raises."""
    return RubyError(f"a loop did not end within {MOST_ROUNDS} rounds")


@dataclass(frozen=True, slots=True)
class TextFile:
    """An open file, of which only the text matters."""

    text: str


@dataclass(frozen=True, slots=True)
class Proc:
    """A lambda or proc; `arity` as Ruby counts it."""

    run: Callable[[list[Any]], Any]
    is_lambda: bool
    arity: int


class DefaultHash(dict[Any, Any]):
    """`Hash.new(0)`, or with a block: what a missing key gives."""

    def __init__(self, default: Callable[["DefaultHash", Any], Any]) -> None:
        super().__init__()
        self.default = default


class LentHash(dict[Any, Any]):
    """A copy of a record for expressions that change it; changed strings change in the record, too."""

    def __init__(self, record: dict[str, Any]) -> None:
        super().__init__(record)
        self.record = record


def tzinfo_of(zone: str | None) -> timezone | None:
    """The zone of a RubyTime: "UTC", an offset such as +09:00, or None for the local one."""
    if zone is None:
        return None
    if zone == "UTC":
        return UTC
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return timezone(-offset if zone[0] == "-" else offset)


@dataclass(slots=True)
class RubyTime:
    """A Time: nanoseconds since the epoch and the zone it is shown in (None: local, "UTC" or an offset).

    As in Ruby, `utc` and `localtime` change the zone of the object itself.
    """

    nanos: int
    zone: str | None = None

    def strftime(self, form: str) -> str:
        if self.zone == "UTC":
            return build_time_formatter(time_format=form, utc=True)(self.nanos)
        return build_time_formatter(time_format=form, timezone=self.zone)(self.nanos)

    def moment(self) -> datetime:
        """The same instant, to the microsecond, with its zone."""
        seconds, rest = divmod(self.nanos, NANOS)
        zone = tzinfo_of(self.zone)
        moment = datetime.fromtimestamp(seconds, zone).replace(microsecond=rest // 1000)
        return moment if zone else moment.astimezone()


@dataclass(frozen=True, slots=True)
class EventMoment:
    """The time of an event where a plugin gives it as such: a number of seconds that knows its nanoseconds."""

    nanos: int

    @property
    def seconds(self) -> int:
        return self.nanos // NANOS


def truthy(value: Any) -> bool:
    return value is not None and value is not False


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


_CLASSES: tuple[tuple[type, str], ...] = (
    (bool, ""), (Symbol, "Symbol"), (Constant, "Class"), (str, "String"), (int, "Integer"), (float, "Float"),
    (list, "Array"), (dict, "Hash"), (Regexp, "Regexp"), (MatchData, "MatchData"), (Range, "Range"),
    (RubyTime, "Time"), (TextFile, "File"), (IPv4Interface, "IPAddr"), (IPv6Interface, "IPAddr"),
    (Fraction, "Rational"), (Proc, "Proc"), (EventMoment, "Fluent::EventTime"),
)  # fmt: skip


def class_name(value: Any) -> str:
    if value is None:
        return "NilClass"
    if isinstance(value, bool):
        return "TrueClass" if value else "FalseClass"
    return next((name for kind, name in _CLASSES if isinstance(value, kind)), "Object")


def is_a(value: Any, name: str) -> bool:
    """Whether `value` is of the class `name` or one of its descendants."""
    own = class_name(value)
    if name == "Numeric":
        return own in ("Integer", "Float", "Rational")
    if name == "Enumerable":
        return own in ("Array", "Hash", "Range")
    if name == "Comparable":
        return own in ("Integer", "Float", "String", "Time")
    return (
        name == own or name in ("Object", "BasicObject", "Kernel") or (name == "Fixnum" and own == "Integer")
    )

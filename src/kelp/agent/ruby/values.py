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


def equal(left: Any, right: Any) -> bool:
    """Ruby's ==: 1 equals 1.0, but never true; a symbol never equals a string."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, RubyTime) and isinstance(right, RubyTime):
        return left.nanos == right.nanos
    return bool(left == right)


def compare(left: Any, right: Any) -> int:
    """Ruby's <=>. Raises RubyError where the two cannot be compared."""
    left = left.seconds if isinstance(left, EventMoment) else left
    right = right.seconds if isinstance(right, EventMoment) else right
    if isinstance(left, RubyTime) and isinstance(right, RubyTime):
        left, right = left.nanos, right.nanos
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        left, right = left.name, right.name
    numbers = is_number(left) and is_number(right)
    if not numbers and (type(left) is not type(right) or not isinstance(left, str | list)):
        raise RubyError(f"comparison of {class_name(left)} with {inspect(right)} failed")
    if isinstance(left, list):
        for one, other in zip(left, right, strict=False):
            if order := compare(one, other):
                return order
        left, right = len(left), len(right)
    return int(left > right) - int(left < right)


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


def float_text(value: float) -> str:
    """A float as Ruby prints it: 1.0e+15 where Python has 1000000000000000.0."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    if "e" in text:
        return text if "." in text else text.replace("e", ".0e")
    if abs(value) >= 1e15 and text.endswith(".0"):  # whole numbers of 16 digits
        sign, digits = text[: value < 0], text.lstrip("-")[:-2]
        return f"{sign}{digits[0]}.{digits[1:].rstrip('0') or '0'}e+{len(digits) - 1}"
    return text


def to_s(value: Any) -> str:
    """Text of a value as string interpolation gives it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Symbol | Constant):
        return value.name
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, RubyError):
        return str(value)
    if isinstance(value, EventMoment):
        return str(value.seconds)
    if isinstance(value, RubyTime):
        return value.strftime("%Y-%m-%d %H:%M:%S UTC" if value.zone == "UTC" else "%Y-%m-%d %H:%M:%S %z")
    if isinstance(value, MatchData):
        return str(value.match[0])
    if isinstance(value, Regexp):
        return value.to_s()
    if isinstance(value, Range):
        return f"{to_s(value.first)}{'...' if value.exclusive else '..'}{to_s(value.last)}"
    return inspect(value)


def text_of(value: Any) -> str:
    """A string, and nothing else. Raises RubyError."""
    if not isinstance(value, str):
        raise RubyError(f"no implicit conversion of {class_name(value)} into String")
    return value


def join(items: list[Any], separator: str = "") -> str:
    """`Array#join`, lists within lists too."""
    return separator.join(join(one, separator) if isinstance(one, list) else to_s(one) for one in items)


_ESCAPES = {
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
    "\x1b": "\\e",
    "\x07": "\\a",
    "\b": "\\b",
}
_ESCAPES |= {"\v": "\\v", "\f": "\\f"}


def _quote(text: str) -> str:
    body = "".join(c if c.isascii() and c.isalnum() else _ESCAPES.get(c) or _shown(c) for c in text)
    return '"' + re.sub(r"#(?=[{$@])", r"\\#", body) + '"'


def _shown(char: str) -> str:
    """A character in quotes, for the encoding of Fluentd's workers (ASCII); a byte that was no UTF-8 as `\\xFF`."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02X}"
    if 0x20 <= code < 0x7F:
        return char
    return f"\\u{code:04X}" if code < 0x10000 else f"\\u{{{code:X}}}"


def inspect(value: Any) -> str:
    """A value as `inspect` shows it; hashes in the form of Ruby before 3.4."""
    if value is None:
        return "nil"
    if isinstance(value, Symbol):
        return ":" + (value.name if re.fullmatch(r"\w+[?!]?", value.name) else _quote(value.name))
    if isinstance(value, Constant):
        return value.name
    if isinstance(value, str | bytes):
        return _quote(to_s(value))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inspect, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inspect(k)}=>{inspect(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Range):
        return f"{inspect(value.first)}{'...' if value.exclusive else '..'}{inspect(value.last)}"
    if isinstance(value, Regexp):
        return f"/{value.source}/{value.flags}"
    if isinstance(value, MatchData):
        return f"#<MatchData {_quote(value.match[0])}>"
    if isinstance(value, Fraction):
        return f"({to_s(value)})"
    if isinstance(value, RubyTime) and value.nanos % NANOS:
        fraction = f"{value.nanos % NANOS:09d}".rstrip("0")
        return re.sub(r"(?<=:\d\d)(?= )", f".{fraction}", to_s(value), count=1)
    return to_s(value) if isinstance(value, bool | float | RubyTime) else str(value)


def to_plain(value: Any) -> Any:
    """A value as a record may hold it: symbols, times and matches become text."""
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool or value is None or kind is bytes:
        return value
    if kind is list:
        return [to_plain(one) for one in value]
    if isinstance(value, dict):
        return {k if type(k) is str else to_s(k): to_plain(v) for k, v in value.items()}
    return value.seconds if isinstance(value, EventMoment) else to_s(value)


def to_bytes(text: str) -> bytes:
    """The bytes of a text: UTF-8, and what was none when it was read."""
    return text.encode("utf-8", "surrogateescape")


def ruby_size(record: dict[str, Any]) -> int:
    """Bytes of all names and values of a record as text."""
    return sum(len(to_bytes(key)) + len(to_bytes(to_s(value))) for key, value in record.items())

"""Numbers at the start of texts, as Ruby's String reads them."""

import re

DIGITS = "[0-9]+(?:_[0-9]+)*"
_INTEGER_HEAD = re.compile(rf"\s*([+-]?{DIGITS})", re.ASCII)
_FLOAT_HEAD = re.compile(
    rf"\s*([+-]?(?:{DIGITS})?(?:(?<=[0-9])|(?=\.[0-9]))(?:\.{DIGITS})?(?:[eE][+-]?{DIGITS})?)", re.ASCII
)


def to_i(text: str) -> int:
    """The leading integer of `text` as Ruby's String#to_i reads it; 0 without one."""
    match = _INTEGER_HEAD.match(text)
    return int(match[1].replace("_", "")) if match else 0


def to_f(text: str) -> float:
    """The leading number of `text` as Ruby's String#to_f reads it; 0.0 without one."""
    match = _FLOAT_HEAD.match(text)
    return float(match[1].replace("_", "")) if match else 0.0


def to_octal(text: str) -> int:
    """The leading octal number as Ruby's `to_i(8)` reads it; 0 without one."""
    match = re.match(r"\s*(?:0[oO])?([0-7]+)", text, re.ASCII)
    return int(match[1], 8) if match else 0

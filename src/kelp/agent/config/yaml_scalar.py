"""Plain YAML scalars as Psych, Ruby's YAML library, resolves them.

It knows more numbers than YAML 1.1: `1,000` is 1000, `1:30` is 5400, `:name` is a symbol, here its text. Times stay
text. See https://github.com/ruby/psych, scalar_scanner.rb.
"""

import re
from typing import Any, Final

_WORD: Final = re.compile(r"[^\d.:-]?[^\W\d]+|[^\d.:-]?[\s!@#$%^&*(){}<>|/\\~;=]+")
_TRUE: Final = frozenset(("yes", "true", "on"))
_FALSE: Final = frozenset(("no", "false", "off"))
_FLOATS: Final = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
_SEXAGESIMAL: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][+-][0-9]+)?")
_INTEGER: Final = re.compile(
    r"[-+]?0b[01_,]+|[-+]?0[0-7_,]+|[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)|[-+]?0x[0-9a-fA-F_,]+"
)


def resolve_scalar(text: str) -> Any:
    """The value of an unquoted scalar without a tag: None, a boolean, a number or text."""
    if text == "":
        return None
    if "\n" in text or _WORD.match(text):
        return _word(text)
    if text.lower() in _FLOATS:
        return float(_FLOATS[text.lower()])
    if re.match(r":[^\n]", text):
        return text[1:].strip("\"'") if text[1] in "\"'" else text[1:]
    if _SEXAGESIMAL.fullmatch(text):
        return sum(int(part) * 60 ** abs(at - 2) for at, part in enumerate(text.replace("_", "").split(":")))
    plain = text.replace(",", "").replace("_", "")
    if _FLOAT.fullmatch(text):
        return text if re.fullmatch(r"[-+]?\.", text) else _float(plain)
    return _integer(plain) if _INTEGER.fullmatch(text) else text


def _word(text: str) -> Any:
    lowered = text.lower()
    if lowered in ("~", "null"):
        return None
    if lowered in _TRUE:
        return True
    return False if lowered in _FALSE else text


def _float(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _integer(text: str) -> int:
    return int(re.sub(r"^([-+]?)0(?=[0-9])", r"\g<1>0o", text), 0)

"""The classes of Ruby's errors, by what their messages say: for `rescue ArgumentError` and `error.class`."""

import re

from kelp.agent.ruby.values import RubyError

_CLASSES = (
    ("JSON::ParserError", r"JSON::ParserError:|unexpected token|unexpected end of input"),
    ("NoMethodError", r"undefined method "),
    ("ZeroDivisionError", r"divided by 0"),
    ("KeyError", r"key not found|key<\w+> not found"),
    ("IndexError", r"index .* outside"),
    ("Errno::ENOENT", r"cannot read "),
    ("FloatDomainError", r"-?Infinity$|NaN$"),
    ("TypeError", r"can't be coerced|no implicit conversion|wrong argument type|can't convert|class or module required"),
    ("RangeError", r"out of char range"),
    ("ArgumentError", r"invalid |comparison of|wrong number|no time information|argument out of range|too few"),
)  # fmt: skip
_PARENTS = {
    "JSON::ParserError": ("JSON::JSONError",),
    "NoMethodError": ("NameError",),
    "KeyError": ("IndexError",),
    "Errno::ENOENT": ("SystemCallError",),
    "FloatDomainError": ("RangeError",),
}


def error_class(error: RubyError) -> str:
    """The class Ruby's error has; RuntimeError where the expression raised it itself."""
    if error.kind:
        return error.kind
    text = str(error)
    return next((name for name, pattern in _CLASSES if re.search(pattern, text)), "StandardError")


def error_classes(error: RubyError) -> tuple[str, ...]:
    """The class of an error and those above it."""
    own = error_class(error)
    return (own, *_PARENTS.get(own, ()), "StandardError", "Exception")

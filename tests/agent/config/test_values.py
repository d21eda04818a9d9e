"""Conversions with Fluentd's quirks."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from kelp.agent.config import values
from kelp.agent.ruby.numbers import to_octal


def fault(convert: Callable[[Any], Any], raw: Any) -> str:
    try:
        return repr(convert(raw))
    except ValueError as error:
        return re.sub(r" \(.*", "", str(error))


@pytest.mark.parametrize(
    ("convert", "raw", "expected"),
    [
        (values.to_integer, "10", "10"),
        (values.to_integer, "10x", "10"),
        (values.to_integer, "x10", "0"),
        (values.to_integer, "1_000", "1000"),
        (values.to_integer, "-3.9", "-3"),
        (values.to_integer, [1], "an integer"),
        (values.to_float, "1.5s", "1.5"),
        (values.to_float, "1e3", "1000.0"),
        (values.to_float, "abc", "0.0"),
        (values.to_size, "8m", "8388608"),
        (values.to_size, "256K", "262144"),
        (values.to_size, "1GB", "1073741824"),
        (values.to_size, "1t", "1099511627776"),
        (values.to_size, "100", "100"),
        (values.to_time, "60s", "60"),
        (values.to_time, "5m", "300"),
        (values.to_time, "2h", "7200"),
        (values.to_time, "1d", "86400"),
        (values.to_time, "0.5", "0.5"),
        (values.to_time, "1.5s", "5"),
        (values.to_boolean, "yes", "True"),
        (values.to_boolean, "no", "False"),
        (values.to_boolean, "", "True"),
        (values.to_boolean, "# on", "True"),
        (values.to_boolean, "maybe", "None"),
        (values.to_boolean, True, "True"),
        (values.to_array, "a, b ,c", "['a', 'b', 'c']"),
        (values.to_array, '["a", 1]', "['a', 1]"),
        (values.to_array, "", "[]"),
        (values.to_array, "[1,", "a JSON array"),
        (values.to_array, 5, "[5]"),
        (values.to_hash, "a:1, b:x:y", "{'a': '1', 'b': 'x:y'}"),
        (values.to_hash, '{"a": 1}', "{'a': 1}"),
        (values.to_hash, "{1}", "a JSON hash"),
        (values.to_hash, 5, "a hash"),
        (values.to_string, True, "'true'"),
        (values.to_string, {"a": [1]}, "'{\"a\"=>[1]}'"),
    ],
)
def test_conversions(convert: Callable[[Any], Any], raw: Any, expected: str) -> None:
    assert fault(convert, raw) == expected


@pytest.mark.parametrize(
    ("text", "mode"), [("0644", 0o644), ("755", 0o755), ("0o640", 0o640), ("x", 0), ("9", 0), ("64x", 0o64)]
)
def test_octal_numbers(text: str, mode: int) -> None:
    assert to_octal(text) == mode

"""Plain YAML scalars, as Psych resolves them."""

from typing import Any

import pytest

from kelp.agent.config.yaml_scalar import resolve_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("Null", None), ("yes", True), ("oN", True), ("off", False), ("y", "y"),
        ("12", 12), ("-1", -1), ("1_000", 1000), ("1,000", 1000), ("010", 8), ("08", "08"), ("0x1f", 31), ("0b11", 3),
        ("1.50", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", "1e3"), ("1.5e+3", 1500.0), ("-.inf", float("-inf")),
        ("1:30", 5400), ("1.2.3", "1.2.3"), (":name", "name"), (':"a b"', "a b"), ("10k", "10k"), ("2020-01-02", "2020-01-02"),
        ("a\nb", "a\nb"), (".", "."), ("-", "-"),
    ],
)  # fmt: skip
def test_scalars(text: str, value: Any) -> None:
    got = resolve_scalar(text)
    assert got == value
    assert type(got) is type(value)

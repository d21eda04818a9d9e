"""Index expressions."""

from datetime import UTC, datetime

import pytest

from kelp.store.errors import ApiError, IndexNotFound
from kelp.store.index.expression import date_math_name, expand

NAMES = ["logs-a", "logs-b", "other", ".kelp", "hidden-x"]
NOW = datetime(2025, 11, 23, 13, 45, 30, tzinfo=UTC)


def names(expression, **options):
    return expand(
        expression,
        lambda: NAMES,
        lambda name: name in NAMES,
        hidden=lambda name: name.startswith(("hidden", ".")),
        **options,
    )


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("logs-a", ["logs-a"]),
        ("other,logs-a,other", ["other", "logs-a"]),
        ("logs-*", ["logs-a", "logs-b"]),
        ("*", ["logs-a", "logs-b", "other"]),
        ("", ["logs-a", "logs-b", "other"]),
        ("_all", ["logs-a", "logs-b", "other"]),
        ("*,-logs-*", ["other"]),
        ("logs-*,-logs-a", ["logs-b"]),
        (".k*", [".kelp"]),
        ("nothing*", []),
        ("*[a]*", []),
    ],
)
def test_expand(expression, wanted):
    assert names(expression) == wanted


def test_hidden_and_missing():
    assert names("*", expand_hidden=True) == sorted(NAMES)
    assert names("*", expand_none=True) == []
    assert names("gone,other", ignore_unavailable=True) == ["other"]
    for expression, options in [("gone", {}), ("gone*", {"allow_no_indices": False}), ("-gone", {})]:
        with pytest.raises(IndexNotFound, match="no such index"):
            names(expression, **options)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("plain", "plain"),
        ("<logs-{now/d}>", "logs-2025.11.23"),
        ("<logs-{now/d-1d}>", "logs-2025.11.22"),
        ("<logs-{now/M{yyyy.MM}}>", "logs-2025.11"),
        ("<logs-{now-1M/M{yyyy.MM}}-x>", "logs-2025.10-x"),
        ("<logs-{now/H{yyyy-MM-dd-HH}}>", "logs-2025-11-23-13"),
        ("<logs-{now/w{yyyy.MM.dd}}>", "logs-2025.11.17"),
    ],
)
def test_date_math(name, wanted):
    assert date_math_name(name, NOW) == wanted


def test_broken_date_math():
    with pytest.raises(ApiError, match=r"cannot resolve date math index name \[<logs-{now>\]"):
        date_math_name("<logs-{now>", NOW)

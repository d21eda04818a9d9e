"""Which leaves a vocabulary rules out."""

import pytest

from kelp.store.mapping.field import Field
from kelp.store.query.nodes import Exists, Fuzzy, Leaf, Match, Phrase, Prefix, Regexp, Terms, Wildcard
from kelp.store.sql.vocabulary import VALUES_LIMIT, Vocabulary

ROWS = [
    (Match("app", "failed"), True),
    (Match("app", "BILL"), False),
    (Match("app", "failed billing"), False),
    (Match("app", "failed", fuzziness="1"), False),
    (Match("app", "---"), False),
    (Match("app", "fällig"), False),
    (Match("app", "x", zero_terms="all"), False),
    (Phrase("app", "was slow"), True),
    (Phrase("app", "was billing"), False),
    (Terms("app", ("a1", "b2")), True),
    (Terms("app", ("a1", "billing-7")), False),
    (Prefix("app", "fail"), True),
    (Prefix("app", "bill"), False),
    (Wildcard("app", "*fail*"), True),
    (Wildcard("app", "*ill*"), False),
    (Wildcard("app", "f?il"), False),
    (Regexp("app", "failed"), False),
    (Fuzzy("app", "failed"), False),
    (Exists("app"), False),
]


def vocabulary() -> Vocabulary:
    known = Vocabulary()
    known.add("app", ["Billing-7", "checkout"])
    return known


@pytest.mark.parametrize(("leaf", "excluded"), ROWS, ids=repr)
def test_excludes(leaf: Leaf, excluded: bool) -> None:
    assert vocabulary().excludes(Field("app", "text", ("app",), "app"), leaf) is excluded


@pytest.mark.parametrize(
    "item",
    [
        Field("app", "text", ("app",), "other"),
        Field("app", "ip", ("app",), "app"),
        Field("app", "text", ("app",), "app", overflowed=True),
        Field("app", "text", ("app",), "app", array_column="app@array"),
    ],
    ids=["unknown column", "addresses", "overflow", "arrays"],
)
def test_says_nothing_of(item: Field) -> None:
    assert not vocabulary().excludes(item, Match("app", "failed"))


def test_a_column_with_too_many_values_is_always_searched() -> None:
    known = vocabulary()
    known.add("app", [f"v{number}" for number in range(VALUES_LIMIT)])
    assert not known.excludes(Field("app", "text", ("app",), "app"), Match("app", "failed"))
    known.add("app", [])
    assert not known.excludes(Field("app", "text", ("app",), "app"), Match("app", "failed"))

"""Field paths."""

import copy

import pytest

from kelp.agent.plugin.accessor import Accessor

RECORD = {"a": {"b": [1, {"c": 2}], "d.e": 3}, "$x": 4}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$x", 4),
        ("a.b", None),
        ("$.a.b[0]", 1),
        ("$.a.b[1].c", 2),
        ("$.a.b[-1].c", 2),
        ("$.a.b[9]", None),
        ("$.a.nope.c", None),
        ("$['a']['d.e']", 3),
        ('$["a"]["b"][0]', 1),
    ],
)
def test_get(path: str, value: object) -> None:
    assert Accessor(path).get(RECORD) == Accessor(path).getter()(RECORD) == value


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("$.a.b[0]", [{"c": 2}]),
        ("$.a.b[1].c", [1, {}]),
        ("$.a.b[7]", [1, {"c": 2}]),
        ("$.nope.b", [1, {"c": 2}]),
    ],
)
def test_delete(path: str, left: object) -> None:
    record = copy.deepcopy(RECORD)
    Accessor(path).delete(record)
    assert record["a"]["b"] == left  # type: ignore[index]


def test_set_makes_no_parents() -> None:
    record: dict[str, object] = {"a": {}}
    Accessor("$.a.x").set(record, 1)
    Accessor("$.b.x").set(record, 1)
    assert record == {"a": {"x": 1}}


@pytest.mark.parametrize("path", ["$.", "$.a b", "$.a[0", "$['a'", "$['a\"]"])
def test_faults(path: str) -> None:
    with pytest.raises(ValueError, match="a field path"):
        Accessor(path)

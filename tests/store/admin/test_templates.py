import pytest

from kelp.store.admin.templates import COMPONENT, COMPOSABLE, LEGACY, for_index


class Catalog:
    def __init__(self, **kinds):
        self._kinds = kinds

    def documents(self, kind):
        return self._kinds.get(kind, {})


def legacy(patterns, order, shards, **aliases):
    return {
        "index_patterns": patterns,
        "order": order,
        "settings": {"index.number_of_shards": shards},
        "aliases": aliases,
    }


def composable(patterns, priority, shards, **more):
    return {
        "index_patterns": patterns,
        "priority": priority,
        "template": {"settings": {"number_of_shards": shards}},
        **more,
    }


@pytest.mark.parametrize(
    ("kinds", "settings", "template"),
    [
        ({}, {}, None),
        ({LEGACY: {"a": legacy(["other-*"], 0, 9)}}, {}, None),
        (
            {LEGACY: {"b": legacy(["logs-*"], 1, 2), "a": legacy(["*"], 5, 3)}},
            {"number_of_shards": "3"},
            None,
        ),
        (
            {LEGACY: {"a": legacy(["*"], 5, 3)}, COMPOSABLE: {"c": composable(["logs-*"], 0, 4)}},
            {"number_of_shards": "4"},
            "c",
        ),
        (
            {COMPOSABLE: {"c": composable(["logs-*"], 10, 4), "d": composable(["*"], 9, 5)}},
            {"number_of_shards": "4"},
            "c",
        ),
        (
            {
                COMPONENT: {
                    "x": {"template": {"settings": {"codec": "best_compression", "number_of_shards": 8}}}
                },
                COMPOSABLE: {"c": composable(["logs-*"], 1, 4, composed_of=["x"])},
            },
            {"codec": "best_compression", "number_of_shards": "4"},
            "c",
        ),
    ],
)
def test_for_index(kinds, settings, template):
    composed = for_index(Catalog(**kinds), "logs-1")
    assert (composed.settings, composed.template) == (settings, template)


def test_index_in_alias():
    composed = for_index(Catalog(**{LEGACY: {"a": legacy(["*"], 0, 1, **{"{index}-alias": {}})}}), "logs-1")
    assert composed.aliases == {"logs-1-alias": {}}

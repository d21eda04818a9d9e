"""kubernetes_metadata: names from the tag, or from fields that are there."""

from typing import Any

import pytest

from kelp.agent.plugin.driver import Driver

ID = "0123456789abcdef" * 4
NAMES = {"container_name": "main", "namespace_name": "default", "pod_name": "web-0.x"}


@pytest.mark.parametrize(
    ("tag", "added"),
    [
        (
            f"kubernetes.var.log.containers.web-0.x_default_main-{ID}.log",
            {"docker": {"container_id": ID}, "kubernetes": NAMES},
        ),
        ("kubernetes.var.log.pods.default_web-0.x_1234-ab.main.0.log", {"kubernetes": NAMES}),
        ("kubernetes.var.log.containers.web.log", {}),
        ("app", {}),
    ],
)
def test_names_come_from_the_tag(tag: str, added: dict[str, Any]) -> None:
    assert Driver("filter", "kubernetes_metadata").filter([{"log": "x"}], tag) == [{"log": "x", **added}]


def test_fields_of_the_record_win() -> None:
    record = {"kubernetes": {**NAMES, "host": "n"}, "docker": {"container_id": "abc"}}
    assert Driver("filter", "kubernetes_metadata").filter([record], "app") == [
        {"kubernetes": NAMES, "docker": {"container_id": "abc"}}
    ]


def test_records_do_not_share_what_is_added() -> None:
    tag = f"var.log.containers.web-0.x_default_main-{ID}.log"
    first, second = Driver("filter", "kubernetes_metadata").filter([{}, {}], tag)
    first["kubernetes"]["pod_name"] = "changed"
    assert second["kubernetes"] == NAMES

"""The guide names every endpoint family there is."""

import re
from pathlib import Path

import pytest

from kelp.store.api.app import all_routes
from kelp.store.cli import command
from kelp.store.node import Node

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "store.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"[\w/.-]+", TEXT))


def test_every_endpoint_is_named(store, tmp_path):
    missing = set()
    for route in all_routes(store, Node(tmp_path)):
        parts = [part for part in route.path.split("/") if part and not part.startswith("{")]
        if parts and parts[0] == "_cat":
            parts = parts[1:]
        if parts and parts[0] not in NAMED and not any(name.startswith(parts[0] + "/") for name in NAMED):
            missing.add(parts[0])
    assert missing == set()


@pytest.mark.parametrize("option", [option for option in command.params if option.name != "help"])
def test_every_option_is_named(option):
    assert f"`{option.opts[0]}`" in TEXT or f" `{option.opts[0]}`" in TEXT
    for variable in option.envvar or []:
        assert f"`{variable}`" in TEXT, variable

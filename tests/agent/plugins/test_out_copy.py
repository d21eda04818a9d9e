"""Outputs that hand events on: copy, roundrobin, relabel."""

from typing import Any, ClassVar

import pytest

from kelp.agent.config import ConfigError, param
from kelp.agent.event import Batch
from kelp.agent.plugin import Output, register
from tests.agent.output_driver import T0, make


@register("output", "test_store")
class Store(Output):
    """Remembers records, changes them, or fails."""

    got: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    name: str = param.string(description="Name.")
    fail: bool = param.boolean(default=False, description="Fail.")

    def process(self, tag: str, batch: Batch) -> None:
        if self.fail:
            raise OSError(f"{self.name} is broken")
        for record in batch.records:
            self.got.append((self.name, {**record, "in": dict(record["in"])}))
            record["by"] = self.name
            record["in"]["by"] = self.name


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Store.got.clear()


def store(name: str, arg: str = "", more: str = "") -> str:
    return f"<store {arg}>\n@type test_store\nname {name}\n{more}\n</store>\n"


@pytest.mark.parametrize(
    ("mode", "second"),
    [
        ("no_copy", {"in": {"by": "a"}}),
        ("shallow", {"in": {"by": "a"}}),
        ("deep", {"in": {}}),
        ("marshal", {"in": {}}),
    ],
)
def test_copy_modes(mode: str, second: dict[str, Any]) -> None:
    driver = make(f"@type copy\ncopy_mode {mode}\n{store('a')}{store('b')}")
    driver.emit("t", (T0, {"in": {}}))
    assert Store.got == [("a", {"in": {}}), ("b", second)]


def test_errors_stop_the_copy_unless_ignored() -> None:
    driver = make(
        f"@type copy\n{store('a', 'ignore_error', 'fail true')}{store('b')}{store('c', '', 'fail true')}{store('d')}"
    )
    with pytest.raises(OSError, match="c is broken"):
        driver.emit("t", (T0, {"in": {}}))
    assert [name for name, _ in Store.got] == ["b"]
    assert (driver.output.stats.num_errors, driver.output.stats.emit_records) == (1, 0)


def test_ignore_if_prev_success() -> None:
    stores = (
        store("a", "ignore_error") + store("b", "ignore_if_prev_success ignore_error") + store("c", "", "")
    )
    make(f"@type copy\n{stores}").emit("t", (T0, {"in": {}}))
    stores = store("d", "ignore_error", "fail true") + store("e", "ignore_if_prev_success")
    make(f"@type copy\n{stores}").emit("t", (T0, {"in": {}}))
    assert [name for name, _ in Store.got] == ["a", "c", "e"]


def test_roundrobin() -> None:
    driver = make(f"@type roundrobin\n{store('a')}{store('b')}{store('c')}")
    for _ in range(5):
        driver.emit("t", (T0, {"in": {}}))
    assert [name for name, _ in Store.got] == ["a", "b", "c", "a", "b"]


def test_roundrobin_weights() -> None:
    driver = make(f"@type roundrobin\n{store('a', '', 'weight 4')}{store('b', '', 'weight 2')}")
    for _ in range(30):
        driver.emit("t", (T0, {"in": {}}))
    assert [name for name, _ in Store.got].count("a") == 20


def test_relabel_inside_copy() -> None:
    driver = make(
        "@type copy\n<store>\n@type relabel\n@label @A\n</store>\n<store>\n@type relabel\n@label @B\n</store>"
    )
    driver.emit("t", (T0, {"n": 1}))
    for label in ("@A", "@B"):
        assert driver.context.labels[label].events == [("t", T0, {"n": 1})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@type copy", "section <store> is required"),
        ("@type copy\n" + store("a", "ignore_if_prev_success"), "has no meaning in the first <store>"),
        ("@type copy\n<store>\n@type nope\n</store>", "unknown output plugin 'nope'"),
        ("@type roundrobin\n" + store("a", "", "weight -1"), "no <store> has a weight above 0"),
        ("@type roundrobin\n" + store("a", "", "weight 0"), "no <store> has a weight above 0"),
        ("@type relabel", "option '@label' is required"),
    ],
)
def test_config_errors(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(text)
    assert message in str(caught.value)

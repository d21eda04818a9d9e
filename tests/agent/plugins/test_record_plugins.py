"""record_modifier, record_reformer and dedot."""

from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.event import Batch
from kelp.agent.plugin import Output
from kelp.agent.plugin.driver import Driver


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            "<record>\nx ${record['n'] + 1}\ny ${record['x'] * 2}\nt ${tag}-${tag_parts[1]}\n</record>",
            {"n": 1, "a": "q.r", "x": 2, "y": 4, "t": "k.x-x"},
        ),
        ("remove_keys n,zz", {"a": "q.r"}),
        ("whitelist_keys n,zz", {"n": 1}),
        ("<replace>\nkey a\nexpression /(q)\\./\nreplace \\1-\n</replace>", {"n": 1, "a": "q-r"}),
        ("auto_typecast false\n<record>\nx ${record['n']}\n</record>", {"n": 1, "a": "q.r", "x": "1"}),
    ],
)
def test_record_modifier(options: str, expected: dict[str, Any]) -> None:
    assert Driver("filter", "record_modifier", options).filter([{"n": 1, "a": "q.r"}], "k.x") == [expected]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            "<record>\nx ${foo}\n</record>",
            "test.conf:2: <record>: option 'x': cannot use Ruby '${foo}': unknown name",
        ),
        (
            "<record>\nx 1\n</record>\nprepare_value @x = Foo.new",
            "option 'prepare_value': cannot use Ruby: unknown constant Foo",
        ),
    ],
)
def test_record_modifier_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("filter", "record_modifier", options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "tag", "expected"),
    [
        (
            "tag new.${tag_suffix[1]}\n<record>\nx ${record['n'] + 1}\n</record>",
            "new.b.c",
            {"n": 1, "x": "2"},
        ),
        ("tag t\nenable_ruby false\nx ${tag_parts[0]}", "t", {"n": 1, "x": "a"}),
        (
            "output_tag t\nrenew_record true\nkeep_keys n\nauto_typecast true\n<record>\ny ${record['n']}\n</record>",
            "t",
            {"n": 1, "y": 1},
        ),
        ("tag t\nremove_keys n\n<record>\ny 1\n</record>", "t", {"y": "1"}),
    ],
)
def test_record_reformer(options: str, tag: str, expected: dict[str, Any]) -> None:
    driver = Driver("output", "record_reformer", options)
    assert isinstance(driver.plugin, Output)
    driver.plugin.emit_batch("a.b.c", Batch([7], [{"n": 1}]))
    assert driver.collector.events == [(tag, 7, expected)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {"a_b": {"c.d": 1}, "e": [{"f.g": 2}]}),
        ("de_dot_nested true\nde_dot_separator -", {"a-b": {"c-d": 1}, "e": [{"f-g": 2}]}),
        ("de_dot false", {"a.b": {"c.d": 1}, "e": [{"f.g": 2}]}),
    ],
)
def test_dedot(options: str, expected: dict[str, Any]) -> None:
    assert Driver("filter", "dedot", options).filter([{"a.b": {"c.d": 1}, "e": [{"f.g": 2}]}]) == [expected]


def test_dedot_refuses_a_dot() -> None:
    with pytest.raises(ConfigError, match="option 'de_dot_separator' must not hold a dot"):
        Driver("filter", "dedot", "de_dot_separator .")


def test_stdout_shows_injected_fields_and_hands_on_the_event(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    options = "<inject>\ntag_key t\n</inject>\n<format>\n@type json\n</format>"
    records = Driver("filter", "stdout", options).filter([{"a": 1}], tag="x.y")
    assert records == [{"a": 1}]
    assert capfdbinary.readouterr().out == b'{"a":1,"t":"x.y"}\n'

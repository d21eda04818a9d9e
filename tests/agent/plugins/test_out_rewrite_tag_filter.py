"""rewrite_tag_filter: the first rule that matches makes the tag."""

from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.event import Batch
from kelp.agent.plugin import Output
from kelp.agent.plugin.driver import Driver


def rule(key: str, pattern: str, tag: str, more: str = "") -> str:
    return f"<rule>\nkey {key}\npattern {pattern}\ntag {tag}\n{more}\n</rule>\n"


@pytest.mark.parametrize(
    ("options", "record", "tag"),
    [
        (rule("level", "/^(ERR)OR$/", "err.$1.${tag}"), {"level": "ERROR"}, "err.ERR.in.web"),
        (rule("p", "^/(\\w+)", "$1.${tag_parts[1]}.$2x"), {"p": "/api"}, "api.web.x"),
        (rule("$.k.n", ".", "nested"), {"k": {"n": 1}}, "nested"),
        (rule("host", "^int", "ext.__TAG__", "invert true"), {"other": 1}, "ext.in.web"),
        (rule("a", "x", "one") + rule("b", "y", "two"), {"a": "n", "b": "y"}, "two"),
        (rule("a", "(x)", "t.$1", "") + "capitalize_regex_backreference true", {"a": "x"}, "t.X"),
        ("remove_tag_prefix in\n" + rule("a", "x", "new.${tag}"), {"a": "x"}, "new.web"),
        (rule("a", "x", "${tag}"), {"a": "x"}, None),
        (rule("a", "x", "new"), {"a": ""}, None),
    ],
)
def test_rules(options: str, record: dict[str, Any], tag: str | None) -> None:
    driver = Driver("output", "rewrite_tag_filter", options)
    assert isinstance(driver.plugin, Output)
    driver.plugin.emit_batch("in.web", Batch([1], [record]))
    assert driver.collector.events == ([(tag, 1, record)] if tag else [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "section <rule> is required"),
        ("rewriterule1 a b c\n" + rule("a", "x", "y"), "rewriterule1 … are no longer supported"),
        (rule("a", "x", "y") * 2, "two <rule> sections have the same key and pattern"),
        (rule("a", "x", "${tag_parts[0..1]}.__TAG_PARTS[0..1]__"), "${tag_parts[n]} takes no ranges"),
        ("remove_tag_prefix a\nremove_tag_regexp /b/\n" + rule("a", "x", "y"), "are exclusive"),
    ],
)
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("output", "rewrite_tag_filter", options)
    assert message in str(caught.value)

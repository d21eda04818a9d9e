"""grep: conditions alone and combined."""

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.plugin.driver import Driver

RECORDS = [
    {"i": 1, "m": "GET /a", "s": 200},
    {"i": 2, "m": "POST /b", "s": 500},
    {"i": 3, "n": {"d": "deep"}},
]


def section(name: str, key: str, pattern: str) -> str:
    return f"<{name}>\nkey {key}\npattern {pattern}\n</{name}>\n"


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (section("regexp", "m", "/GET/"), [1]),
        (section("regexp", "m", "get"), []),
        (section("regexp", "m", "/get/i"), [1]),
        (section("regexp", "s", "/^5/"), [2]),
        (section("regexp", "$.n.d", "deep"), [3]),
        (section("regexp", "nope", "/^$/"), [1, 2, 3]),
        (section("exclude", "m", "GET"), [2, 3]),
        (section("exclude", "m", "GET") + section("exclude", "s", "500"), [3]),
        (section("regexp", "m", ".") + section("regexp", "s", "200"), [1]),
        ("<or>\n" + section("regexp", "m", "GET") + section("regexp", "$.n.d", ".") + "</or>", [1, 3]),
        ("<and>\n" + section("exclude", "m", "POST") + section("exclude", "s", "500") + "</and>", [1, 3]),
        ("<and>\n" + section("exclude", "m", "POST") + section("exclude", "s", "200") + "</and>", [1, 2, 3]),
        ("regexp1 m GET", [1]),
        ("exclude1 m GET /a\nexclude2 s ^5", [3]),
        ("", [1, 2, 3]),
    ],
)
def test_conditions(options: str, kept: list[int]) -> None:
    assert [record["i"] for record in Driver("filter", "grep", options).filter(list(RECORDS))] == kept


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (section("regexp", "m", "/(/"), "option 'pattern' must be a regular expression"),
        (section("regexp", "m", "a") * 2, "key 'm' stands twice in <regexp>"),
        (
            "<and>\n" + section("regexp", "a", "x") + section("exclude", "b", "x") + "</and>",
            "do not write both",
        ),
        ("regexp1 m", "option 'regexp1' must be a field and a pattern, got 'm'"),
        ("<regexp>\nkey a\n</regexp>", "option 'pattern' is required"),
    ],
)
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"test\.conf:\d+: ") as caught:
        Driver("filter", "grep", options)
    assert message in str(caught.value)

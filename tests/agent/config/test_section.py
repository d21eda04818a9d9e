"""Declared options: defaults, aliases, all faults at once, warnings for what nothing reads."""

from pathlib import Path

import pytest

from kelp.agent.config import ConfigError, Section, param
from kelp.agent.config.section import unused_options
from kelp.agent.config.v1 import parse_v1


class Inner(Section):
    """Inner."""

    key: str = param.string(description="Key.")
    size_limit: int = param.size(10, description="Size.", alias="max_size")


class Outer(Section):
    """Outer."""

    name: str = param.string("n", description="Name.")
    mode: str = param.enum(["a", "b"], "a", description="Mode.")
    flag: bool = param.boolean(False, description="Flag.")
    wait: float | None = param.time(None, description="Wait.")
    tags: list[int] = param.array([], value_type="integer", description="Tags.")
    old: str | None = param.string(None, description="Old.", obsoleted="use name")
    secret: int = param.size(1, description="Secret.", secret=True)
    inner: Inner | None = param.section("inner", Inner, description="One.")
    many: list[Inner] = param.sections("many", Inner, description="Many.")
    arg: str = param.string("", argument=True, description="Argument.")


def read(text: str) -> Outer:
    return Outer.read(parse_v1(text, "f", Path("/nowhere")).elements[0])


def test_values_and_defaults() -> None:
    outer = read(
        "<outer x>\nmode b\nflag\ntags 1,2x\n<inner>\nkey k\nmax_size 1k\n</inner>\n<many>\nkey m\n</many>\n</outer>"
    )
    assert (outer.name, outer.mode, outer.flag, outer.wait, outer.tags, outer.arg) == (
        "n",
        "b",
        True,
        None,
        [1, 2],
        "x",
    )
    assert outer.inner is not None
    assert (outer.inner.key, outer.inner.size_limit) == ("k", 1024)
    assert [one.key for one in outer.many] == ["m"]


def test_defaults_are_not_shared() -> None:
    first = read("<outer>\n</outer>")
    first.tags.append(1)
    assert read("<outer>\n</outer>").tags == []


def test_use_default_and_use_nil() -> None:
    outer = read('<outer>\nname "#{use_default}"\nwait "#{use_nil}"\n</outer>')
    assert (outer.name, outer.wait) == ("n", None)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("mode c", "f:2: <outer>: option 'mode' must be one of a, b, got 'c'"),
        ("flag maybe", "f:2: <outer>: option 'flag' must be a boolean, got 'maybe'"),
        ('name "#{use_nil}"', "f:2: <outer>: option 'name' must not be nil"),
        ("old x", "f:2: <outer>: option 'old' was removed: use name"),
        ("<inner>\n</inner>", "f:2: <inner>: option 'key' is required: Key."),
        (
            "<inner>\nkey a\n</inner>\n<inner>\nkey b\n</inner>",
            "f:5: <outer>: section <inner> may stand once only",
        ),
        ('<many>\nkey "#{use_default}"\n</many>', "f:2: <many>: option 'key' is required: Key."),
    ],
)
def test_faults(body: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(f"<outer>\n{body}\n</outer>")
    assert str(caught.value) == fault


def test_all_faults_come_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read("<outer>\nmode c\nflag maybe\n<many>\n</many>\n<many>\n</many>\n</outer>")
    assert [fault.place.line for fault in caught.value.faults if fault.place] == [2, 3, 4, 6]


def test_unused_options_are_named_with_a_suggestion() -> None:
    element = parse_v1("<outer>\nnaem x\nzzz 1\n<what>\n</what>\n</outer>", "f", Path("/nowhere")).elements[0]
    Outer.read(element)
    assert unused_options(element) == [
        "f:2: <outer>: option 'naem' is not used; did you mean 'name'?",
        "f:3: <outer>: option 'zzz' is not used",
        "f:4: section <what> is not used in <outer>",
    ]

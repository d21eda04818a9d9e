"""record_transformer: placeholders, Ruby, keys kept and removed."""

from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.event import Batch
from kelp.agent.plugin.driver import Driver

RECORD = {"a": "x", "n": 5, "z": None, "h": {"k": 1}, "s p": "space"}


def transform(options: str, record: dict[str, Any], tag: str = "app.web.log") -> dict[str, Any]:
    driver = Driver("filter", "record_transformer", options)
    return driver.filter([dict(record)], tag, 1_700_000_000_250_000_000)[0]


def fields(lines: str, options: str = "") -> str:
    return f"{options}\n<record>\n{lines}\n</record>\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("const", "const"),
        ("${tag}", "app.web.log"),
        ("${tag_parts[0]}-${tag_parts[-1]}", "app-log"),
        ("${tag_prefix[1]}", "app.web"),
        ("${tag_suffix[1]}", "web.log"),
        ("x${tag_parts[9]}y", "xy"),
        ('${record["n"]}', 5),
        ('n=${record["n"]}', "n=5"),
        ('${record["h"]}', {"k": 1}),
        ('v:${record["h"]}', 'v:{"k"=>1}'),
        ('${record["z"]}', None),
        ('<${record["z"]}>', "<>"),
        ('${record["s p"]}', "space"),
        ('${record["h"]["k"]}', None),
        ("${foo}", None),
        ("$a ${} $${tag}", "$a ${} $app.web.log"),
        ("__TAG__", None),
        ('{"k":"${tag}","l":[1,"${record[\\"n\\"]}"]}', {"k": "app.web.log", "l": [1, 5]}),
        ("[1, true, null]", [1, True, None]),
    ],
)
def test_placeholders(value: str, expected: object) -> None:
    assert transform(fields(f"out {value}"), RECORD)["out"] == expected


def test_time_and_hostname(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "node-1")
    got = transform(fields("h ${hostname}\nt ${time}"), {})
    assert got["h"] == "node-1"
    assert got["t"].startswith("2023-11-1")


def test_without_typecast_everything_is_text() -> None:
    assert transform(
        fields('n ${record["n"]}\nz ${record["z"]}', "auto_typecast false"), RECORD
    ) == RECORD | {"n": "5", "z": ""}


def test_keys_may_hold_placeholders() -> None:
    assert transform(fields("${tag_parts[0]}_x 1"), {}) == {"app_x": "1"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('${record["n"] + 1}', 6),
        ('n=${record["n"] + 1};', "n=6;"),
        ('${record["n"]}-${record["n"] + 1}', "5-6"),
        ('${record["z"]}', None),
        ("${time.to_i}", 1_700_000_000),
        ("${tag_suffix[1]}", "web.log"),
        ('${{"q" => :s}}', {"q": "s"}),
        ("a\\tb", "a\tb"),
        ("plain", "plain"),
        ('{"a":"${1+1}"}', {"a": 2}),
        ('${record["a"]}#x', "x#x"),
    ],
)
def test_ruby(value: str, expected: object) -> None:
    assert transform(fields(f"out {value}", "enable_ruby true"), RECORD)["out"] == expected


def test_a_record_that_ruby_fails_on_goes_to_the_error_label() -> None:
    driver = Driver("filter", "record_transformer", fields('up ${record["a"].upcase}', "enable_ruby true"))
    assert driver.filter([{"a": "x"}, {"b": 1}]) == [{"a": "x", "up": "X"}]
    assert [(record, str(error)) for _, _, record, error in driver.collector.errors] == [
        ({"b": 1}, "undefined method `upcase' for nil")
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("remove_keys a,$.h.k,nope", {"n": 5, "z": None, "h": {}, "s p": "space"}),
        ("renew_record true\nkeep_keys a,nope", {"a": "x"}),
        (fields("b ${tag_parts[1]}", "renew_record true"), {"b": "web"}),
    ],
)
def test_keys(options: str, expected: dict[str, Any]) -> None:
    assert transform(options, RECORD | {"h": {"k": 1}}) == expected


@pytest.mark.parametrize(("value", "nanos"), [("12.5", 12_500_000_000), ("${record['t']}", 3_000_000_000)])
def test_renew_time_key(value: str, nanos: int) -> None:
    options = fields(f"when {value}", "enable_ruby true\nrenew_time_key when")
    batch = Driver("filter", "record_transformer", options).plugin.filter_batch("t", Batch([1], [{"t": 3}]))  # type: ignore[attr-defined]
    assert batch.times == [nanos]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("keep_keys a", "test.conf:1: <filter>: option 'keep_keys' needs `renew_record true`"),
        (
            "remove_keys $.",
            "test.conf:1: <filter>: option 'remove_keys' must be a field path with keys, got '$.'",
        ),
        (
            fields("x ${foo}", "enable_ruby true"),
            "test.conf:3: <record>: option 'x': cannot use Ruby '${foo}': unknown name 'foo'",
        ),
    ],
)
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("filter", "record_transformer", options)
    assert str(caught.value) == message


def test_records_do_not_share_structures() -> None:
    driver = Driver("filter", "record_transformer", fields('list ["a"]'))
    first, second = driver.filter([{}, {}])
    first["list"].append("b")
    assert second == {"list": ["a"]}

import re
from pathlib import Path

import pytest

import kelp.store
from kelp.store.api.known_parameters import KNOWN, check_parameters
from kelp.store.api.parameters import Parameters, duration_ms, size_bytes
from kelp.store.errors import ApiError


@pytest.mark.parametrize(
    ("query", "want"),
    [("", False), ("v", True), ("v=", True), ("v=true", True), ("v=false", False), ("v=false&v=true", True)],
)
def test_flag(query, want):
    assert Parameters(query).flag("v") is want


@pytest.mark.parametrize(
    ("read", "want"),
    [
        (
            lambda: Parameters("v=x").flag("v"),
            "Failed to parse value [x] as only [true] or [false] are allowed.",
        ),
        (lambda: Parameters("n=x").integer("n", 1), "Failed to parse int parameter [n] with value [x]"),
        (
            lambda: duration_ms("5", "timeout"),
            "failed to parse setting [timeout] with value [5] as a time value: unit is missing or unrecognized",
        ),
        (
            lambda: size_bytes("5", "max_size"),
            "failed to parse setting [max_size] with value [5] as a size in bytes: unit is missing or unrecognized",
        ),
    ],
)
def test_faults(read, want):
    with pytest.raises(ApiError) as fault:
        read()
    assert (fault.value.status, fault.value.reason) == (400, want)


def test_names():
    assert Parameters("h=a,b,,c").names("h") == ["a", "b", "c"]
    assert Parameters("").names("h") == []


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("30s", 30_000),
        ("1.5m", 90_000),
        ("100ms", 100),
        ("1d", 86_400_000),
        ("-1", -1),
        ("5micros", 0.005),
        ("0", 0),
    ],
)
def test_duration(text, want):
    assert duration_ms(text, "x") == pytest.approx(want)


@pytest.mark.parametrize(("text", "want"), [("1b", 1), ("1kb", 1024), ("1.5g", 1610612736), ("2MB", 2097152)])
def test_size(text, want):
    assert size_bytes(text, "x") == want


def test_unknown_parameters_are_refused() -> None:
    check_parameters("/_search", ["size", "q", "pretty"])
    with pytest.raises(ApiError) as one:
        check_parameters("/_search", ["size", "foo"])
    assert one.value.reason == "request [/_search] contains unrecognized parameter: [foo]"
    with pytest.raises(ApiError) as two:
        check_parameters("/_search", ["sizee", "foo"])
    assert two.value.reason == (
        "request [/_search] contains unrecognized parameters: [foo], [sizee] -> did you mean [size]?"
    )


def test_every_parameter_the_store_reads_is_known() -> None:
    read = re.compile(r"parameters\.(?:text|get|flag|integer|names|duration_ms)\(\"(\w+)\"")
    sources = Path(kelp.store.__file__).parent.rglob("*.py")
    names = {name for source in sources for name in read.findall(source.read_text("utf-8"))}
    assert len(names) > 40
    assert names <= KNOWN

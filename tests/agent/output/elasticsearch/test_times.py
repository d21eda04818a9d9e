"""Times in documents."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kelp.agent.output.elasticsearch.times import Moment, build_record_time, iso8601, parse_iso
from kelp.agent.timefmt import TimeParseError

T = 1_577_934_245_000_000_000  # 2020-01-02T03:04:05Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-02T03:04:05Z", Moment(T, 0)),
        ("2020-01-02 03:04:05", Moment(T, 0)),
        ("2020-01-02T03:04:05.123456789Z", Moment(T + 123456789, 0)),
        ("2020-01-02T03:04:05,5+09:00", Moment(T - 9 * 3600 * 10**9 + 5 * 10**8, 32400)),
        ("2020-01-02T03:04:05-0330", Moment(T + 12600 * 10**9, -12600)),
        ("2020-01-02T03:04:05+05", Moment(T - 18000 * 10**9, 18000)),
        ("2020-01-02", Moment(T - 11045 * 10**9, 0)),
        ("2020-01-02T03:04", Moment(T - 5 * 10**9, 0)),
        ("2020-13-02", None),
        ("Thu Jan  2 03:04:05 2020", None),
        ("", None),
    ],
)
def test_parse_iso(text: str, expected: Moment | None) -> None:
    assert parse_iso(text) == expected


@pytest.mark.parametrize("year", [1600, 1970, 1999, 2000, 2024, 2100])
def test_days_of_all_years(year: int) -> None:
    for month, day in ((1, 1), (2, 28), (3, 1), (12, 31)):
        moment = parse_iso(f"{year}-{month:02d}-{day:02d}")
        assert moment is not None
        assert moment.ns // 10**9 == datetime(year, month, day, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("moment", "precision", "expected"),
    [
        (Moment(T + 1, 0), 9, "2020-01-02T03:04:05.000000001+00:00"),
        (Moment(T + 999_999_999, 32400), 3, "2020-01-02T12:04:05.999+09:00"),
        (Moment(T, -12600), 0, "2020-01-01T23:34:05-03:30"),
        (Moment(T, 0), 10, "2020-01-02T03:04:05.0000000000+00:00"),
    ],
)
def test_iso8601(moment: Moment, precision: int, expected: str) -> None:
    assert iso8601(moment, precision) == expected


@pytest.mark.parametrize(
    ("form", "value", "ns"),
    [
        (None, "2020-01-02T03:04:05Z", T),
        (None, "Thu, 02 Jan 2020 03:04:05 +0000", T),
        (None, T // 10**9, T),
        (None, 1577934245.5, T + 5 * 10**8),
        ("%d.%m.%Y %H:%M:%S %z", "02.01.2020 03:04:05 +0000", T),
    ],
)
def test_record_time(form: str | None, value: Any, ns: int) -> None:
    assert build_record_time(form)(value).ns == ns


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (None, "Thu, 02 Jan 2020 03:04:05 +0200", "2020-01-02T03:04:05.000000000+02:00"),
        (None, "Thu Jan  2 03:04:05 EST 2020", "2020-01-02T03:04:05.000000000-05:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2020-01-02T03:04:05+0900", "2020-01-02T03:04:05.000000000+09:00"),
        (None, 1577934245.123, "2020-01-02T03:04:05.123000000+00:00"),
        ("%s", 1577934245.75, "2020-01-02T03:04:05.000000000+00:00"),
    ],
)
def test_record_time_keeps_its_zone(form: str | None, value: Any, text: str) -> None:
    assert iso8601(build_record_time(form)(value), 9) == text


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (None, "soon"),
        (None, 2**80),
        ("%Q", 1577934245123),
        (None, None),
        (None, True),
        (None, {}),
        ("%Y", "x"),
    ],
)
def test_unreadable(form: str | None, value: Any) -> None:
    with pytest.raises(TimeParseError):
        build_record_time(form)(value)

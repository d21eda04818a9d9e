from datetime import UTC, datetime

import pytest

from kelp.store.aggs.rounding import Rounding, fixed_nanos, offset_nanos
from kelp.store.errors import ApiError
from kelp.store.query.date_math import nanoseconds, zone

HOUR = 3600 * 10**9


def at(text: str) -> int:
    return nanoseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


def show(nanos: int) -> str:
    return datetime.fromtimestamp(nanos // 10**9, UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("rounding", "moment", "start", "following"),
    [
        (Rounding(UTC, size=HOUR), "2025-11-23T10:20", "2025-11-23T10:00", "2025-11-23T11:00"),
        (Rounding(UTC, unit="w"), "2025-11-23T10:20", "2025-11-17T00:00", "2025-11-24T00:00"),
        (Rounding(UTC, unit="M"), "2025-12-23T10:20", "2025-12-01T00:00", "2026-01-01T00:00"),
        (Rounding(UTC, unit="q"), "2025-12-23T10:20", "2025-10-01T00:00", "2026-01-01T00:00"),
        (Rounding(UTC, unit="y"), "2024-12-23T10:20", "2024-01-01T00:00", "2025-01-01T00:00"),
        (
            Rounding(UTC, size=24 * HOUR, offset=6 * HOUR),
            "2025-11-23T05:00",
            "2025-11-22T06:00",
            "2025-11-23T06:00",
        ),
        (
            Rounding(zone("Asia/Kolkata"), unit="d"),
            "2025-11-23T10:20",
            "2025-11-22T18:30",
            "2025-11-23T18:30",
        ),
        # The day on which clocks in Berlin are set back has 25 hours, the one on which they go forward 23.
        (
            Rounding(zone("Europe/Berlin"), unit="d"),
            "2025-10-26T12:00",
            "2025-10-25T22:00",
            "2025-10-26T23:00",
        ),
        (
            Rounding(zone("Europe/Berlin"), unit="d"),
            "2025-03-30T12:00",
            "2025-03-29T23:00",
            "2025-03-30T22:00",
        ),
        (
            Rounding(zone("Europe/Berlin"), unit="M"),
            "2025-11-23T10:20",
            "2025-10-31T23:00",
            "2025-11-30T23:00",
        ),
        (
            Rounding(zone("Europe/Berlin"), size=12 * HOUR),
            "2025-10-26T12:00",
            "2025-10-26T11:00",
            "2025-10-26T23:00",
        ),
        (
            Rounding(zone("Europe/Berlin"), size=HOUR // 2),
            "2025-10-26T00:40",
            "2025-10-26T00:30",
            "2025-10-26T01:00",
        ),
    ],
)
def test_rounding(rounding: Rounding, moment: str, start: str, following: str) -> None:
    down = rounding.down(at(moment))
    assert (show(down), show(rounding.next(down))) == (start, following)


def test_starts_are_listed_where_lengths_differ() -> None:
    rounding = Rounding(zone("America/New_York"), unit="d")
    assert rounding.shift() is None
    rounding.prepare(at("2025-11-01T12:00"), at("2025-11-03T12:00"))
    assert [show(start) for start in rounding.starts] == [
        "2025-11-01T04:00",
        "2025-11-02T04:00",
        "2025-11-03T05:00",
        "2025-11-04T05:00",
    ]


def test_short_intervals_need_no_list() -> None:
    assert Rounding(zone("Europe/Berlin"), size=HOUR // 2).shift() == 0
    assert Rounding(zone("Europe/Berlin"), unit="h").shift() == 0
    assert Rounding(zone("Asia/Kolkata"), unit="h").shift() == HOUR // 2


@pytest.mark.parametrize(("text", "nanos"), [("30s", 30 * 10**9), ("500ms", 500_000_000), ("2h", 2 * HOUR)])
def test_fixed_nanos(text: str, nanos: int) -> None:
    assert fixed_nanos(text) == nanos
    assert offset_nanos(f"-{text}") == -nanos


@pytest.mark.parametrize("text", ["1M", "h", "0s", "-5m"])
def test_no_fixed_interval(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        fixed_nanos(text)
    assert caught.value.reason.startswith(
        f"failed to parse setting [date_histogram.fixed_interval] with value [{text}]"
    )


def test_too_many_buckets() -> None:
    with pytest.raises(ApiError) as caught:
        Rounding(zone("Europe/Berlin"), size=2 * HOUR).prepare(at("1990-01-01T00:00"), at("2025-01-01T00:00"))
    assert caught.value.type == "too_many_buckets_exception"

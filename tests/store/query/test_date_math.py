from datetime import UTC, datetime, timedelta

import pytest

from kelp.store.errors import ApiError
from kelp.store.query.date_format import write
from kelp.store.query.date_math import resolve, zone

NOW = 1_763_900_000_123_456_789  # 2025-11-23T12:13:20.123456789Z


def iso(nanos: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanos // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{nanos % 10**9:09d}"


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        ("now", {}, "2025-11-23T12:13:20.123456789"),
        ("now-15m", {}, "2025-11-23T11:58:20.123456789"),
        ("now-1d/d", {}, "2025-11-22T00:00:00.000000000"),
        ("now/d", {"round_up": True}, "2025-11-23T23:59:59.999999999"),
        ("now/w", {}, "2025-11-17T00:00:00.000000000"),
        ("now/M", {"round_up": True}, "2025-11-30T23:59:59.999999999"),
        ("now/d", {"time_zone": "Europe/Berlin"}, "2025-11-22T23:00:00.000000000"),
        ("now+1y-1M", {}, "2026-10-23T12:13:20.123456789"),
        ("2025-01-31||+1M", {}, "2025-02-28T00:00:00.000000000"),
        ("2025-11-23||/M", {}, "2025-11-01T00:00:00.000000000"),
        ("2025", {}, "2025-01-01T00:00:00.000000000"),
        ("2025-02", {"round_up": True}, "2025-02-28T23:59:59.999999999"),
        ("2025-11-23", {"round_up": True}, "2025-11-23T23:59:59.999999999"),
        ("2025-11-23T10:11", {"round_up": True}, "2025-11-23T10:11:59.999999999"),
        ("2025-11-23T10:00:00", {"time_zone": "+01:00"}, "2025-11-23T09:00:00.000000000"),
        ("2025-11-23T10:00:00+02:00", {"time_zone": "-05:00"}, "2025-11-23T08:00:00.000000000"),
        (1_763_888_400_123, {}, "2025-11-23T09:00:00.123000000"),
        ("1763888400", {"format_text": "epoch_second"}, "2025-11-23T09:00:00.000000000"),
        ("23/11/2025", {"format_text": "dd/MM/yyyy"}, "2025-11-23T00:00:00.000000000"),
        ("23/11/2025", {"format_text": "dd/MM/yyyy", "round_up": True}, "2025-11-23T23:59:59.999999999"),
        ("2025-03-30||+1d", {"time_zone": "Europe/Berlin"}, "2025-03-30T22:00:00.000000000"),
    ],
)
def test_resolve(value: object, options: dict, expected: str) -> None:
    given = {"format_text": None, "time_zone": None, **options}
    assert iso(resolve(value, now_nanos=NOW, **given)) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (
            "junk",
            "failed to parse date field [junk] with format [strict_date_optional_time||epoch_millis]: [failed to "
            "parse date field [junk] with format [strict_date_optional_time||epoch_millis]]",
        ),
        ("now-1x", "operator not supported for date math [now-1x]"),
        ("2025-11-23||+", "operator not supported for date math [2025-11-23||+]"),
    ],
)
def test_unreadable(value: str, reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        resolve(value, None, None, NOW)
    assert (caught.value.type, caught.value.reason) == ("parse_exception", reason)


def test_unknown_zone() -> None:
    with pytest.raises(ApiError) as caught:
        zone("Mars/Olympus")
    assert caught.value.reason == "Unknown time-zone ID: Mars/Olympus"


@pytest.mark.parametrize(
    ("form", "where", "expected"),
    [
        (None, None, "2025-11-23T12:13:20.123Z"),
        (None, "Europe/Berlin", "2025-11-23T13:13:20.123+01:00"),
        ("strict_date_optional_time_nanos", None, "2025-11-23T12:13:20.123456789Z"),
        ("epoch_millis", None, "1763900000123"),
        ("epoch_second", None, "1763900000"),
        ("yyyy-MM-dd HH:mm:ss.SSS", "+05:30", "2025-11-23 17:43:20.123"),
        ("date_time", None, "2025-11-23T12:13:20.123Z"),
        ("E, d MMM yyyy 'at' h a", None, "Sun, 23 Nov 2025 at 12 PM"),
        ("yyyy||epoch_millis", None, "2025"),
        ("yyyy-MM-dd'T'HH:mmZ", "-03:00", "2025-11-23T09:13-0300"),
    ],
)
def test_write(form: str | None, where: str | None, expected: str) -> None:
    assert write(NOW, form, zone(where)) == expected


def test_write_refuses_unknown_letters() -> None:
    with pytest.raises(ApiError) as caught:
        write(NOW, "yyyy-QQ")
    assert caught.value.reason == "Invalid format: [yyyy-QQ]: pattern letter 'Q' is not supported"

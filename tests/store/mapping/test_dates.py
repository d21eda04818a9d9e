"""Dates: every text that is read is written back as it was, by Python and by the engine alike."""

import pytest

from kelp.store.mapping import dates, java_time
from kelp.store.segments.statements import literal

CASES = [
    ("2025-11-23T09:00:00.000556446+00:00", 1763888400000556446, "n+00:00"),
    ("2025-11-23T09:00:00.123Z", 1763888400123000000, "mZ"),
    ("2025-11-23T09:00:00.123456Z", 1763888400123456000, "uZ"),
    ("2025-11-23T09:00:00Z", 1763888400000000000, "sZ"),
    ("2025-11-23T09:00:00", 1763888400000000000, "s"),
    ("2025-11-23T09:00:00.5", 1763888400500000000, "1"),
    ("2025-11-23T09:00:00.1234567-0330", 1763901000123456700, "7-0330"),
    ("2025-11-23T09:00:00+05:30", 1763868600000000000, "s+05:30"),
    ("1970-01-01T00:00:00.000Z", 0, "mZ"),
    (
        "2000-02-29T23:59:59.999999999-13:59",
        951918779999999999 - 951918779000000000 + 951918779000000000,
        None,
    ),
    ("2199-12-31T23:59:59Z", 7258118399000000000, "sZ"),
    ("2025-11-23", 1763856000000000000, "d"),
    ("2025-11", 1761955200000000000, "=2025-11"),
    ("2025-11-23T09", 1763888400000000000, "=2025-11-23T09"),
    ("2025-1-2", 1735776000000000000, "=2025-1-2"),
    ("1763888400123", 1763888400123000000, "=1763888400123"),
    (1763888400123, 1763888400123000000, "epoch_millis"),
    (-5, -5000000, "epoch_millis"),
    (1763888400123.5, 1763888400123500000, "#1763888400123.5"),
]


@pytest.mark.parametrize(("value", "nanoseconds", "form"), CASES)
def test_read_and_write(value, nanoseconds, form):
    got = dates.parse(value)
    assert got is not None
    if form is not None:
        assert (got, dates.form_of(value, got, None)) == (nanoseconds, form)
    assert dates.write(got, dates.form_of(value, got, None)) == value


@pytest.mark.parametrize(
    ("value", "nanoseconds", "form"), [case for case in CASES if dates.is_canonical(str(case[0]))]
)
def test_the_engine_reads_canonical_texts_alike(store, value, nanoseconds, form):
    text = f"toNullable({literal(value)})"
    ((moment, name),) = store.engine.query(
        f"SELECT toUnixTimestamp64Nano({dates.sql_value(text, 'epoch_millis')}), {dates.sql_form(text, 'epoch_millis')}"
    )
    assert (moment, name) == (dates.parse(value), dates.form_of(value, moment, None))


@pytest.mark.parametrize(
    "value", ["", "x", "2025-13-01", "2025-02-30", "20251123T", True, None, "12:00", "9" * 25, 1e30]
)
def test_what_is_no_date(value):
    assert dates.parse(value) is None


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2024-02-29T00:00:00Z", True),
        ("2023-02-29T00:00:00Z", False),
        ("2100-02-29T00:00:00Z", False),
        ("2000-02-29T00:00:00Z", True),
        ("2025-04-31T00:00:00Z", False),
        ("2025-12-31T24:00:00Z", False),
        ("2025-12-31T23:60:00Z", False),
        ("2025-12-31T23:00:00.1234567890Z", False),
        ("2025-12-31T23:00:00.Z", False),
        ("2025-12-31T23:00:00Z\n", False),
        ("1969-12-31T23:00:00Z", False),
        ("2025-12-31 23:00:00Z", False),
    ],
)
def test_canonical_texts(text, canonical):
    assert dates.is_canonical(text) is canonical


@pytest.mark.parametrize(
    ("pattern", "text", "iso"),
    [
        ("yyyy-MM-dd HH:mm:ss", "2025-11-23 09:00:01", "2025-11-23T09:00:01Z"),
        ("yyyy-MM-dd HH:mm:ss.SSS", "2025-11-23 09:00:01.250", "2025-11-23T09:00:01.250Z"),
        ("dd/MMM/yyyy:HH:mm:ss Z", "23/Nov/2025:09:00:01 +0100", "2025-11-23T08:00:01Z"),
        ("EEE, dd MMM yyyy HH:mm:ss z", "Sun, 23 Nov 2025 09:00:01 GMT", "2025-11-23T09:00:01Z"),
        ("yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z", "2025/11/23 +0000", "2025-11-23T00:00:00Z"),
        ("basic_date", "20251123", "2025-11-23T00:00:00Z"),
        ("strict_date_hour_minute_second", "2025-11-23T09:00:01", "2025-11-23T09:00:01Z"),
        ("MM/dd/yy h:mm a", "11/23/25 9:05 PM", "2025-11-23T21:05:00Z"),
        ("epoch_second", 1763888401, "2025-11-23T09:00:01Z"),
        ("epoch_second", "1763888401.5", "2025-11-23T09:00:01.5Z"),
        ("yyyy-MM-dd'T'HH:mm[:ss]", "2025-11-23T09:00", "2025-11-23T09:00:00Z"),
    ],
)
def test_formats(pattern, text, iso):
    assert dates.parse(text, pattern) == dates.parse(iso)
    got = dates.parse(text, pattern)
    assert dates.write(got, dates.form_of(text, got, pattern)) == text


def test_unsupported_pattern_letters_are_named():
    with pytest.raises(ValueError, match="pattern letter 'Q' is not supported"):
        java_time.compile_pattern("yyyy-QQ")

"""Times as the real Fluentd reads them."""

import time
from datetime import UTC, datetime

import pytest

from kelp.agent.timefmt import TimeParseError, build_time_parser
from kelp.common.errors import KelpError
from tests.agent.local_zone import local_zone


def nanos(text):
    whole, _, fraction = text.partition(".")
    moment = datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 10**9 + int(fraction.ljust(9, "0") or 0)


@pytest.mark.parametrize(
    ("format", "text", "want"),
    [
        ("%Y-%m-%dT%H:%M:%S.%NZ", "2016-02-17T00:04:05.931087621Z", "2016-02-17 00:04:05.931087621"),
        ("%Y-%m-%dT%H:%M:%S.%NZ", "2016-02-17T00:04:05.5Z", "2016-02-17 00:04:05.5"),
        ("%Y-%m-%dT%H:%M:%S.%NZ", "2016-02-17T00:04:05Z", None),
        ("%Y-%m-%dT%H:%M:%S.%NZ", "2016-02-17T00:04:05.5+00:00", None),
        ("%Y-%m-%dT%H:%M:%S.%N%:z", "2016-02-17T00:04:05.931087622Z", "2016-02-17 00:04:05.931087622"),
        ("%Y-%m-%dT%H:%M:%S.%N%:z", "2016-02-17T09:04:05.931087623+09:00", "2016-02-17 00:04:05.931087623"),
        ("%Y-%m-%dT%H:%M:%S.%N%:z", "2016-02-17T00:04:05.1Z stdout F a", "2016-02-17 00:04:05.1"),
        ("%Y-%m-%dT%H:%M:%S.%N%z", "2024-03-01T10:20:30.123456789+0900", "2024-03-01 01:20:30.123456789"),
        ("%Y-%m-%dT%H:%M:%S.%N%z", "2024-03-01T10:20:30.000000001-0330", "2024-03-01 13:50:30.000000001"),
        ("%Y-%m-%dT%H:%M:%S.%N%z", "2024-03-01T10:20:31.25Z", "2024-03-01 10:20:31.25"),
        ("%Y-%m-%dT%H:%M:%S.%L%z", "2024-03-01T10:20:31.25Z", "2024-03-01 10:20:31.25"),
        ("%d/%b/%Y:%H:%M:%S %z", "28/Feb/2013:12:00:00 +0900", "2013-02-28 03:00:00"),
        ("%d/%b/%Y:%H:%M:%S %z", "28/Feb/2013:12:00:01 -0230", "2013-02-28 14:30:01"),
        ("%d/%b/%Y:%H:%M:%S.%3N %z", "01/Jul/2024:12:00:00.123 +0100", None),
        ("%Y-%m-%d %H:%M:%S,%L", "2024-07-01 12:00:00,789", "2024-07-01 12:00:00.789"),
        ("%Y-%m-%d %H:%M:%S,%L", "2024-07-01 12:00:00.789", None),
        ("%m/%d/%Y %I:%M:%S %p", "07/01/2024 12:05:00 AM", "2024-07-01 00:05:00"),
        ("%m/%d/%Y %I:%M:%S %p", "07/01/2024 12:05:00 pm", "2024-07-01 12:05:00"),
        ("%s", "1719835200", "2024-07-01 12:00:00"),
        ("%s.%L", "1719835200.25", "2024-07-01 12:00:00.25"),
        ("%B %e %Y %k:%M", "July  1 2024  9:05", "2024-07-01 09:05:00"),
        ("%B %e %Y %k:%M", "Jul 1 2024 09:05", "2024-07-01 09:05:00"),
        ("%Y %j %T", "2024 183 01:02:03", "2024-07-01 01:02:03"),
        ("%a %b %d %H:%M:%S.%N %Y", "Wed Oct 11 14:32:52.5 2000", "2000-10-11 14:32:52.5"),
        ("%Y-%m-%d %H:%M:%S %Z", "2024-07-01 12:00:00 EST", "2024-07-01 17:00:00"),
        ("%F %T %Z", "2024-07-01 12:00:00 UTC+02:00", "2024-07-01 12:00:00"),
        ("%F %T", "2024-07-01 12:00:00", "2024-07-01 12:00:00"),
        ("%D %R", "07/01/24 12:34", "2024-07-01 12:34:00"),
        ("%y%m%d %H%M%S", "690102 030405", "1969-01-02 03:04:05"),
        ("%Y%m%d%H%M%S", "20240102030405", "2024-01-02 03:04:05"),
        ("%Y-%m-%d", "2024-02-30", "2024-03-01 00:00:00"),
        ("%Y-%m-%d %H", "2024-02-30 25", None),
        ("%H:%M %%", "x", None),
        ("%iso8601", "2024-07-01T12:00:00+02:00", "2024-07-01 10:00:00"),
        ("%iso8601", "2024-07-01T12:00:00.25Z", "2024-07-01 12:00:00.25"),
        ("%iso8601", "2024-07-01 12:00:00", None),
        ("%iso8601", "2024-13-01T12:00:00Z", None),
    ],
)
def test_format(format, text, want):
    parse = build_time_parser(time_format=format)
    for _ in range(3):  # the second and third time come from the cache
        if want is None:
            with pytest.raises(TimeParseError, match="invalid time format: value = "):
                parse(text)
        else:
            assert parse(text) == nanos(want)


def test_cache_keeps_neighbours_apart():
    parse = build_time_parser(time_format="%Y-%m-%dT%H:%M:%S.%NZ")
    texts = ["2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:01.987654321Z"]
    for text in texts * 2:
        want = nanos(text[:-1].replace("T", " "))
        assert parse(text) == want
    with pytest.raises(TimeParseError):
        parse("2024-01-01T00:00:00.12345678xZ")
    with pytest.raises(TimeParseError):
        parse("2024-01-01T00:00:00.123456789X")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2024-01-02T03:04:05.123Z", "2024-01-02 03:04:05.123"),
        ("2024-01-02 03:04:05,123", "2024-01-02 03:04:05.123"),
        ("2024-01-02T03:04:05+09:00", "2024-01-01 18:04:05"),
        ("2024-01-02 03:04:05 +0900", "2024-01-01 18:04:05"),
        ("2024/01/02 03:04:05", "2024-01-02 03:04:05"),
        ("07/01/2024 12:00", "2024-01-07 12:00:00"),
        ("Wed Oct 11 14:32:52 2000", "2000-10-11 14:32:52"),
        ("Wed, 11 Oct 2000 14:32:52 GMT", "2000-10-11 14:32:52"),
        ("11-Oct-2000 14:32:52", "2000-10-11 14:32:52"),
        ("Oct 11, 2000 2:32:52 PM", "2000-10-11 14:32:52"),
        ("20240102T030405Z", "2024-01-02 03:04:05"),
        ("2024-01-02", "2024-01-02 00:00:00"),
        ("01/Jul/2024:12:00:00 +0100", None),
        ("no time", None),
        ("", None),
        ("1704164645", None),
    ],
)
def test_guess(text, want):
    parse = build_time_parser()
    if want is None:
        with pytest.raises(TimeParseError, match="no time information in it"):
            parse(text)
    else:
        assert parse(text) == nanos(want)


def test_missing_year_is_this_year():
    before = time.gmtime().tm_year
    got = build_time_parser(time_format="%m%d %H:%M:%S.%N")("0204 07:32:30.020537")
    years = {before, time.gmtime().tm_year}
    assert got in {nanos(f"{year}-02-04 07:32:30.020537") for year in years}


@pytest.mark.parametrize(
    ("kind", "value", "want"),
    [
        ("float", "1.5", 1_500_000_000),
        ("float", 1.5, 1_500_000_000),
        ("float", 3, 3_000_000_000),
        ("float", "1510544836.154709804", 1510544836154709804),
        ("float", "junk", 0),
        ("unixtime", "1510544836.9", 1510544836000000000),
        ("unixtime", 12.9, 12_000_000_000),
        ("unixtime", "1_000x", 1_000_000_000_000),
        ("float", None, None),
        ("unixtime", True, None),
        ("string", 5, None),
    ],
)
def test_numeric(kind, value, want):
    parse = build_time_parser(time_type=kind, time_format="%s" if kind == "string" else None)
    if want is None:
        with pytest.raises(TimeParseError, match="value must be"):
            parse(value)
    else:
        assert parse(value) == want


@pytest.mark.parametrize(
    ("options", "text", "want"),
    [
        ({"timezone": "+09:00"}, "2024-07-01 12:00:00", "2024-07-01 03:00:00"),
        ({"timezone": "Asia/Tokyo"}, "2024-07-01 12:00:00", "2024-07-01 03:00:00"),
        ({"timezone": "America/New_York"}, "2024-07-01 12:00:00", "2024-07-01 16:00:00"),
        ({"utc": True}, "2024-07-01 12:00:00", "2024-07-01 12:00:00"),
        ({}, "2024-07-01 12:00:00", "2024-07-01 10:00:00"),
        ({}, "2024-10-27 02:30:00", "2024-10-27 00:30:00"),
        ({}, "2024-10-27 03:30:00", "2024-10-27 02:30:00"),
    ],
)
def test_zone(options, text, want):
    with local_zone("UTC" if options else "Europe/Berlin"):
        assert build_time_parser(time_format="%Y-%m-%d %H:%M:%S", **options)(text) == nanos(want)


def test_mixed():
    parse = build_time_parser(time_type="mixed", time_format="%iso8601", fallbacks=["unixtime", "%d.%m.%Y"])
    assert parse("2024-07-01T12:00:00Z") == nanos("2024-07-01 12:00:00")
    assert parse("1719835200") == nanos("2024-07-01 12:00:00")
    assert parse("01.07.2024") == nanos("2024-07-01 00:00:00")
    with pytest.raises(TimeParseError, match=r"even though fallbacks: %iso8601,unixtime,%d\.%m\.%Y"):
        parse("x")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timezone": "JST", "time_format": "%F"}, "cannot use timezone 'JST': wanted"),
        ({"timezone": "+09:00"}, "without time_format: set time_format too"),
        ({"time_type": "mixed"}, "set time_format or time_format_fallbacks"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(KelpError, match=message.replace("+", r"\+")):
        build_time_parser(**options)


def test_fractions_that_do_not_add_up():
    before_1970 = build_time_parser(time_format="%s.%N")
    assert [before_1970(text) for text in ("-5.25", "-5.50")] == [-5_250_000_000, -5_500_000_000]
    week = build_time_parser(time_format="%G-W%V %H.%L")
    assert week("2024-W10 05.123") == week("2024-W10 06.456") == nanos("2024-03-04 00:00:00")


@pytest.mark.parametrize("first", ["2026-11-01T08:00:01.943984914Z", "2026-11-01T08:59:59.000001+09:00"])
def test_many_times_at_once_are_those_of_single_ones(first):
    parse = build_time_parser(time_format="%Y-%m-%dT%H:%M:%S.%N%:z")
    parse(first)
    taken = set()
    for place in range(len(first)):
        for character in "0 159:,.-Ze+\u0661":
            text = first[:place] + character + first[place + 1 :]
            found = parse.many([first, text, first], len(first))
            if found is not None:
                assert found == [parse(one) for one in (first, text, first)]
                taken.add((place, character))
    assert {(place, "5") for place in (3, 9, 12, 14, 15, 17, 18, 20, 25)} <= taken

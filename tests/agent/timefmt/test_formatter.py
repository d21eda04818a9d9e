"""Times as Ruby's strftime writes them."""

import pytest

from kelp.agent.timefmt import build_time_formatter
from kelp.common.errors import KelpError

WHEN = 1719835200_012345678  # 2024-07-01 12:00:00 UTC, a Monday


@pytest.mark.parametrize(
    ("format", "want"),
    [
        ("%Y-%m-%dT%H:%M:%S.%NZ", "2024-07-01T12:00:00.012345678Z"),
        ("%s.%N", "1719835200.012345678"),
        ("%L %3N %6N %9N %12N", "012 012 012345 012345678 012345678000"),
        ("%d/%b/%Y:%H:%M:%S %z", "01/Jul/2024:12:00:00 +0000"),
        ("%:z %::z", "+00:00 +00:00:00"),
        ("%e|%-d|%_d|%k|%l|%I %p %P", " 1|1| 1|12|12|12 PM pm"),
        ("%a %A %b %B %^a %^B %#p", "Mon Monday Jul July MON JULY pm"),
        ("%j %U %W %V %G %u %w %C %y", "183 26 27 27 2024 1 1 20 24"),
        ("%F %T %D %R %r", "2024-07-01 12:00:00 07/01/24 12:00 12:00:00 PM"),
        ("%v %x %X %c", " 1-JUL-2024 07/01/24 12:00:00 Mon Jul  1 12:00:00 2024"),
        ("%10Y|%05e|%Z|%%|%Q", "0000002024|00001|UTC|%|%Q"),
        ("%n%t", "\n\t"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_format(format, want):
    write = build_time_formatter(time_format=format, utc=True)
    assert write(WHEN) == want
    assert write(WHEN) == want


def test_fraction_changes_within_a_second():
    write = build_time_formatter(time_format="%S.%N!", utc=True)
    assert [write(WHEN), write(WHEN + 1), write(WHEN + 10**9)] == [
        "00.012345678!",
        "00.012345679!",
        "01.012345678!",
    ]


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ({"utc": True}, "2024-07-01T12:00:00Z"),
        ({"localtime": False}, "2024-07-01T12:00:00Z"),
        ({"timezone": "+09:00"}, "2024-07-01T21:00:00+09:00"),
        ({"timezone": "America/New_York"}, "2024-07-01T08:00:00-04:00"),
        ({"time_type": "unixtime"}, "1719835200"),
        ({"time_type": "float"}, "1719835200.012345678"),
    ],
)
def test_forms(options, want):
    assert build_time_formatter(**options)(WHEN) == want


def test_unknown_zone():
    with pytest.raises(KelpError, match="cannot use timezone 'JST'"):
        build_time_formatter(timezone="JST")

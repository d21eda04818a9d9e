"""Placeholders and what Fluentd says about them."""

import pytest

from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.placeholders import ChunkKeys, Placeholders, faults
from kelp.agent.plugin import UnrecoverableError
from kelp.common.log import Log

DAY = 1_795_392_000  # 2026-11-23T00:00:00Z
ALL = ChunkKeys(tag=True, fields=("app", "$.k.ns"), timekey=3600, utc=True)
META = Metadata(DAY + 36000, "a.b.c", (("app", "web"), ("$.k.ns", "shop")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("/log/${tag}/x", "/log/a.b.c/x"),
        ("${tag[0]}-${tag[1]}-${tag[-1]}", "a-b-c"),
        ("${tag[9]}", ""),
        ("%Y%m%d%H %M", "2026112310 00"),
        ("${app}.${$.k.ns}", "web.shop"),
        ("${chunk_id}", "5f0"),
        ("${tag}.${app}.%Y", "a.b.c.web.2026"),
        ("${unknown}", ""),
    ],
)
def test_extract(text: str, expected: str) -> None:
    assert Placeholders(ALL, Log("test")).extract(text, META, "5f0") == expected


def test_zone_of_time_slices() -> None:
    keys = ChunkKeys(timekey=3600, timezone="+09:00")
    assert Placeholders(keys, Log("test")).extract("%d %H%z", Metadata(DAY)) == "23 09+0900"


@pytest.mark.parametrize(
    ("tag", "fields"),
    [
        ("../etc", ()),
        ("/etc", ()),
        ("ok", (("app", "../x"), ("$.k.ns", ""))),
        ("ok", (("app", "/x"), ("$.k.ns", ""))),
    ],
)
def test_values_cannot_leave_the_folder(tag: str, fields: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(UnrecoverableError, match="would leave its folder"):
        Placeholders(ALL, Log("test")).extract(
            "/log/${tag}/${app}", Metadata(DAY, tag, fields or META.variables)
        )


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("/x.%Y%m%d", ChunkKeys(timekey=86400), []),
        ("/x", ChunkKeys(), []),
        ("/x", ChunkKeys(timekey=86400), ["has no time placeholder for timekey 86400"]),
        ("/x.%H", ChunkKeys(), ["'time' is no chunk key"]),
        ("/x.%d", ChunkKeys(timekey=60), ["has no placeholder for day (%d)"]),
        ("/x.${tag}", ChunkKeys(), ["'tag' is no chunk key"]),
        ("/x", ChunkKeys(tag=True), ["has no tag placeholder"]),
        ("/x.${tag[2]}", ChunkKeys(tag=True), []),
        ("/x.${a}", ChunkKeys(fields=("a", "b")), ["has no placeholders for the chunk keys b"]),
        ("/x.${a}.${b}", ChunkKeys(fields=("a",)), ["has placeholders that are no chunk keys: b"]),
        ("/x.${chunk_id}", ChunkKeys(), []),
    ],
)
def test_faults(text: str, keys: ChunkKeys, expected: list[str]) -> None:
    found = faults("path", text, keys)
    assert len(found) == len(expected)
    for got, part in zip(found, expected, strict=True):
        assert part in got

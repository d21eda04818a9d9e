"""Ruby's names of encodings."""

import pytest

from kelp.agent.tail.encodings import codec_of


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("Windows-31J", b"\x93\xfa\x96{", "日本"),
        ("SJIS", b"\x87\x40", "①"),
        ("macCroatian", b"\xa9", "Š"),
        ("UCS-2BE", b"\x00a", "a"),
        ("iso-8859-1", b"\xe9", "é"),
    ],
)
def test_codecs(name, raw, text):
    assert raw.decode(codec_of(name)) == text


@pytest.mark.parametrize("name", ["utf-8", "ASCII-8BIT", "UTF8-MAC", "locale"])
def test_taken_as_they_are(name):
    assert codec_of(name) is None


def test_unknown():
    with pytest.raises(LookupError):
        codec_of("UTF-99")

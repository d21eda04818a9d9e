"""The decoder: which documents go into the segment as they are."""

import pytest

from kelp.store.ingest.decoder import Decoder
from kelp.store.mapping.mapping import Mapping

PROPERTIES = {
    "s": {"type": "keyword"},
    "n": {"type": "integer"},
    "f": {"type": "double"},
    "b": {"type": "boolean"},
    "d": {"type": "date"},
    "e": {"type": "date", "format": "epoch_second"},
    "c": {"type": "date", "format": "yyyy/MM/dd"},
    "ip": {"type": "ip"},
    "copied": {"type": "keyword", "copy_to": "s"},
    "o": {"properties": {"x": {"type": "text"}, "y": {"type": "long"}}},
    "unseen": {"type": "keyword"},
}


@pytest.fixture(scope="module")
def decoder():
    mapping = Mapping.from_json({"properties": PROPERTIES})
    for item in mapping.fields.values():
        item.live = item.path != "unseen"
    return Decoder(mapping)


CONFORMING = [
    b'{"s":"x"}',
    b'{"s":"","n":-5,"b":false}',
    b' {"o" : {"x":"{b}"}} ',
    b'{"n":2147483647}',
    b'{"f":1}',
    b'{"f":-1.5e3}',
    b'{"d":"2025-11-23T09:00:00.123Z"}',
    b'{"d":1763888400123}',
    b'{"e":1763888400}',
    b'{"ip":"10.0.0.1"}',
    b'{"o":{"x":"a","y":1}}\r',
]
ODD = [
    b"{}",
    b'{"s":null}',
    b'{"s":1}',
    b'{"s":["x"]}',
    b'{"s":"{}"}',
    b'{"n":1.0}',
    b'{"n":2147483648}',
    b'{"n":true}',
    b'{"f":"1"}',
    b'{"b":"true"}',
    b'{"d":"2025-11-23"}',
    b'{"d":"2025-02-29T00:00:00Z"}',
    b'{"d":1.5}',
    b'{"e":"2025-11-23T09:00:00Z"}',
    b'{"c":"2025/11/23"}',
    b'{"ip":"10.0.0.256"}',
    b'{"copied":"x"}',
    b'{"unseen":"x"}',
    b'{"new":1}',
    b'{"o":{}}',
    b'{"o":{ }}',
    b'{"o":{"z":1}}',
    b'{"o":"x"}',
    b'{"o.x":"x"}',
    b'{"_kelp":{"v":1}}',
    b"",
    b"  ",
    b"[]",
    b'{"s":"x"} {"s":"y"}',
    b'{"s":"\xff"}',
    b'{"s":"x"',
]


def test_conforming_documents(decoder):
    assert decoder.conforming(CONFORMING * 50) == []


@pytest.mark.parametrize("document", ODD)
def test_odd_documents(decoder, document):
    assert decoder.conforming([document]) == [0]
    among = CONFORMING * 20
    assert decoder.conforming([*among, document, *among, document]) == [len(among), 2 * len(among) + 1]

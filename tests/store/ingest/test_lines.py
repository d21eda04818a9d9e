"""Segment lines."""

import orjson
import pytest

from kelp.store.ingest.lines import deletion, extra_of, with_extra, without_extra


@pytest.mark.parametrize("document", [b'{"a":1}', b"{}", b' { "a" : 1 } ', b'{"b":{"a":"x"}}'])
@pytest.mark.parametrize("extra", [{}, {"id": 'q"uote', "v": 3}, {"s": '{"a":1}', "o": {"x": ["1"]}}])
def test_extra_goes_in_and_comes_out(document, extra):
    line = with_extra(document, extra)
    assert orjson.loads(line) == {**orjson.loads(document), **({"_kelp": extra} if extra else {})}
    assert extra_of(line) == extra
    assert orjson.loads(without_extra(line, extra)) == orjson.loads(document)


def test_deletion():
    assert extra_of(deletion("x", 4)) == {"id": "x", "v": 4, "d": 1}

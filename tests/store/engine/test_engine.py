"""The engine's interface."""

import pytest

from kelp.store.engine.engine import Engine
from kelp.store.engine.limits import memory_options
from kelp.store.errors import EngineError
from kelp.store.mapping.columns import literal, quoted


def test_values_are_bound(store):
    text = "it's \\ \n ` \x01 ä"
    assert store.engine.query("SELECT {text:String}, {n:Int64}", {"text": text, "n": -5}) == [(text, -5)]


def test_columns(store):
    assert store.engine.query_columns("SELECT number AS n, toString(number) AS s FROM numbers(2)") == {
        "n": [0, 1],
        "s": ["0", "1"],
    }
    assert store.engine.query_columns("SELECT 1 AS n WHERE 0") == {}


def test_faults_carry_the_engines_words(store):
    with pytest.raises(EngineError, match="Unknown expression identifier `nothing`"):
        store.engine.query("SELECT nothing")


def test_a_server_that_is_not_there():
    with pytest.raises(EngineError, match=r"cannot open the engine at http://127\.0\.0\.1:1: ") as fault:
        Engine("http://user:secret@127.0.0.1:1")
    assert "secret" not in fault.value.reason


@pytest.mark.parametrize("text", ["", "a'b", "a\\b", "a\0b", "\n\t", "äß😀", "';DROP TABLE x;--"])
def test_literals(store, text):
    assert store.engine.query(f"SELECT {literal(text)} AS {quoted('c' + text)}") == [(text,)]


def test_memory_options():
    assert memory_options(123) == {"max_server_memory_usage": "123"}
    assert int(memory_options(0)["max_server_memory_usage"]) >= 2**30

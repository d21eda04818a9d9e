import pytest

from kelp.store.query.words import auto_fuzziness, minimum_matches, plain_runs, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" -- ::", []),
        ("Hello, WORLD", ["hello", "world"]),
        ("foo_bar.baz", ["foo_bar.baz"]),
        ("a:b it's 3.14,x 1,5", ["a:b", "it's", "3.14", "x", "1,5"]),
        ("www.ex-am.com 12:30", ["www.ex", "am.com", "12", "30"]),
        ("10.0.0.1", ["10.0.0.1"]),
        ("日本 ログ", ["日", "本", "ログ"]),
        ("ÄPFEL", ["äpfel"]),
        ("__", []),
        ("x" * 300, ["x" * 255, "x" * 45]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("abc", ["abc"]), ("a_b.c", ["a", "b", "c"]), ("abcé def", ["def"]), ("éa", []), ("日", [])],
)
def test_plain_runs(word: str, expected: list[str]) -> None:
    assert plain_runs(word) == expected


@pytest.mark.parametrize(
    ("spec", "clauses", "expected"),
    [
        (None, 4, 1),
        ("2", 4, 2),
        ("-1", 4, 3),
        ("75%", 4, 3),
        ("-25%", 4, 3),
        ("67%", 3, 2),
        ("2<75%", 2, 2),
        ("2<75%", 4, 3),
        ("2<-25% 9<-3", 10, 7),
        ("-9", 4, 0),
    ],
)
def test_minimum_matches(spec: str | None, clauses: int, expected: int) -> None:
    assert minimum_matches(spec, clauses) == expected


@pytest.mark.parametrize(
    ("spec", "length", "expected"),
    [("AUTO", 2, 0), ("AUTO", 3, 1), ("auto", 6, 2), ("AUTO:1,4", 3, 1), ("1", 9, 1), ("7", 9, 2)],
)
def test_auto_fuzziness(spec: str, length: int, expected: int) -> None:
    assert auto_fuzziness(spec, length) == expected

from dataclasses import fields

import pytest

from kelp.store.dsl.lucene import LuceneOptions, parse_lucene
from kelp.store.errors import ApiError
from kelp.store.query.nodes import All, And, AnyField, Leaf, Match, Node, Not, Nothing, Or, Phrase
from kelp.store.query.rewrites import rewrite


def show(node: Node) -> str:
    """A tree in short: +must, words, "phrases", kind(value) for other leaves."""
    if isinstance(node, And):
        return "(" + " & ".join(map(show, node.children)) + ")"
    if isinstance(node, Or):
        return (
            "(" + " | ".join(map(show, node.children)) + ")" + (f"@{node.least}" if node.least != 1 else "")
        )
    if isinstance(node, Not):
        return "!" + show(node.child)
    if isinstance(node, AnyField):
        return ",".join(node.patterns) + ":" + show(node.leaf)
    if isinstance(node, All | Nothing):
        return type(node).__name__
    assert isinstance(node, Leaf)
    prefix = f"{node.field}:" if node.field else ""
    if isinstance(node, Match):
        return prefix + str(node.text)
    if isinstance(node, Phrase):
        return prefix + f'"{node.text}"' + (f"~{node.slop}" if node.slop else "")
    skipped = {"field", "lenient", "case_insensitive", "format", "time_zone", "prefix_length"}
    values = [f"{f.name}={getattr(node, f.name)}" for f in fields(node) if f.name not in skipped]
    return prefix + type(node).__name__ + "(" + " ".join(v for v in values if not v.endswith("=None")) + ")"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "Nothing"),
        ("*", "f:Exists()"),
        ("*:*", "All"),
        ("a b", "(f:a | f:b)"),
        ("a AND b", "(f:a & f:b)"),
        ("a && b", "(f:a & f:b)"),
        ("a AND b OR c", "(f:a & f:b)"),  # as in Lucene: c only raises the score
        ("a OR b AND c", "(f:b & f:c)"),
        ("+a b", "f:a"),
        ("a -b", "(f:a & !f:b)"),
        ("NOT a", "!f:a"),
        ("!a", "!f:a"),
        ("(a OR b) AND c", "((f:a | f:b) & f:c)"),
        ("x:a", "x:a"),
        ("x:(a b)", "(x:a | x:b)"),
        ('x:"a b"~2', 'x:"a b"~2'),
        ('"a \\"b"', 'f:"a "b"'),
        ("x:[1 TO 5}", "x:Range(gte=1 lt=5)"),
        ("x:{* TO 5]", "x:Range(lte=5)"),
        ('x:["2025-01-01 10:00" TO now]', "x:Range(gte=2025-01-01 10:00 lte=now)"),
        ("x:>=5", "x:Range(gte=5)"),
        ("x:<5 y", "(x:Range(lt=5) | f:y)"),
        ("x:>=2025-01-01T10:00:00", "x:Range(gte=2025-01-01T10:00:00)"),
        ("x:a*", "x:Prefix(value=a)"),
        ("x:a*b?", "x:Wildcard(value=a*b?)"),
        ("x:*", "x:Exists()"),
        ("_exists_:x.y", "x.y:Exists()"),
        ("x:/a.*b/", "x:Regexp(value=a.*b)"),
        ("x:path/to", "x:path/to"),
        ("x:/unclosed", "x:/unclosed"),
        ("x:a~", "x:Fuzzy(value=a fuzziness=AUTO)"),
        ("x:a~1", "x:Fuzzy(value=a fuzziness=1)"),
        ("x:a^2.5", "x:a"),
        ("a\\:b", "f:a:b"),
        ("a\\ b", "f:a b"),
        ("k8s.\\*:x", "k8s.*:x"),
        ("ORDER", "f:ORDER"),
        ("a OR", None),
    ],
)
def test_parse(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ApiError):
            parse_lucene(text, LuceneOptions(fields=("f",)))
        return
    assert show(rewrite(parse_lucene(text, LuceneOptions(fields=("f",))))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a b", "(f:a & f:b)"), ("a OR b", "(f:a | f:b)"), ("a -b c", "(f:a & f:c & !f:b)")],
)
def test_default_operator_and(text: str, expected: str) -> None:
    options = LuceneOptions(fields=("f",), default_operator="and")
    assert (
        show(rewrite(parse_lucene(text, options))).replace("f:a & !f:b & f:c", "f:a & f:c & !f:b") == expected
    )


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("x:(a", 'Encountered "<EOF>": a parenthesis is not closed at line 1, column 4.'),
        ("a)", 'Encountered ")" at line 1, column 1.'),
        ('"a', 'Lexical error: a quote " is not closed at line 1, column 0.'),
        ("x:[1 TO 2", 'Encountered "<EOF>": a range is not closed at line 1, column 9.'),
        ("x:[1 2]", "Encountered a range without TO at line 1, column 5."),
        ("AND a", 'Encountered "AND" before any clause at line 1, column 3.'),
        ("x:", 'Encountered "<EOF>" at line 1, column 2.'),
        ("a^x", "Encountered ^ without a number at line 1, column 2."),
    ],
)
def test_faults(text: str, cause: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_lucene(text, LuceneOptions())
    assert caught.value.reason == f"Failed to parse query [{text}]"
    assert caught.value.extra["caused_by"]["reason"] == f"Cannot parse '{text}': {cause}"


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ApiError):
        parse_lucene("(" * 200 + "a" + ")" * 200, LuceneOptions())

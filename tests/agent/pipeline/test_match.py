"""Tag patterns."""

import pytest

from kelp.agent.pipeline.match import compile_tag_patterns


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("a", "a", "a.b ab"),
        ("a.*", "a.b", "a a.b.c"),
        ("a.**", "a a.b a.b.c", "ab b.a"),
        ("**", "a a.b", ""),
        ("**.c", "c a.c a.b.c", "c.a ac"),
        ("a.**.c", "a.c a.b.c a.b.b.c", "a c"),
        ("a*", "a ab", "a.b"),
        ("*.b", "a.b", "b a.a.b"),
        ("{a,b}", "a b", "c ab"),
        ("a.{b,c}.*", "a.b.x a.c.y", "a.d.x"),
        ("{a.**,b}", "a a.x b", "b.x"),
        ("a b.*", "a b.c", "c"),
        ("a  **", "anything", ""),
        ("/^a\\d/", "a1", "ab a12"),
        ("/(?!a).*/", "b", "a"),
        ("a-b.c_d", "a-b.c_d", "aXb.c_d"),
        ("a\\*", "a*", "ab"),
        ("a.b**", "a.b a.bc a.b.c", "a.c"),
    ],
)
def test_patterns(pattern: str, matching: str, other: str) -> None:
    matches = compile_tag_patterns(pattern)
    assert [tag for tag in matching.split() if not matches(tag)] == []
    assert [tag for tag in other.split() if matches(tag)] == []


@pytest.mark.parametrize(
    ("pattern", "message"), [("", "a tag pattern is missing"), ("/abc", "the closing slash is missing")]
)
def test_faults(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compile_tag_patterns(pattern)

"""The v1 language: quoting, comments, literals, sections, includes, errors with their place."""

from pathlib import Path

import pytest

from kelp.agent.config import USE_DEFAULT, ConfigError, Element
from kelp.agent.config.v1 import parse_v1


def parse(text: str, folder: Path = Path("/nowhere")) -> Element:
    return parse_v1(text, "fluent.conf", folder)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("hello world # comment", "hello world"),
        ("a#b", "a#b"),
        ("#b", "#b"),
        (r"a\nb", r"a\nb"),
        (r'"a\nb\t\\\"e\#f"', 'a\nb\t\\"e#f'),
        ("'a\\nb\\'c\\\\d'", "a\\nb'c\\d"),
        ('"line1\nline2"', "line1\nline2"),
        ('"joined \\\nline"', "joined line"),
        ('"abc" # trailing', "abc"),
        ('""', ""),
        ("  padded   value   ", "padded   value"),
        ("/re\\/x/", "/re\\/x/"),
        ('{"a":"b", "n":[1, 2]}', '{"a":"b","n":[1,2]}'),
        ('{\n  "a": "b", # comment\n  "c": [1,\n 2]\n}', '{"a":"b","c":[1,2]}'),
        ('["x", "y#z"]', '["x","y#z"]'),
        ("日本語 é", "日本語 é"),
        ('"#{use_nil}"', None),
        ('"x#{use_default}"', USE_DEFAULT),
        ('"#{1 + 1}#{"q"}"', "2q"),
        ("'#{1 + 1}'", "#{1 + 1}"),
        ("pre#{1}post", "pre#{1}post"),
    ],
)
def test_values(line: str, value: object) -> None:
    assert parse(f"key {line}\n").attrs["key"].value == value


def test_sections_know_their_place() -> None:
    root = parse(
        '# top\n<match app.** "b c">\n  @type null # x\n  flag\n  <buffer tag, time>\n  </buffer>\n</match>\n'.replace(
            ' "b c"', ""
        )
    )
    match = root.elements[0]
    assert (match.name, match.arg, match.line) == ("match", "app.**", 2)
    assert (match.attrs["@type"].value, match.attrs["@type"].line) == ("null", 3)
    assert match.attrs["flag"].value == ""
    assert (match.elements[0].name, match.elements[0].arg) == ("buffer", "tag, time")


def test_a_quoted_argument_may_hold_ruby(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NS", "prod")
    assert parse("<match \"app.#{ENV['NS']}.**\">\n</match>").elements[0].arg == "app.prod.**"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("<match>\n", 2, "expected end tag '</match>' but got end of file"),
        ("<match>\n</source>\n", 2, "unmatched end tag '</source>', expected '</match>'"),
        ("</match>\n", 1, "unmatched end tag '</match>'"),
        ('a "x\n', 1, "unexpected end of file in a double quoted string"),
        ("a 'x\n", 1, "unexpected end of file in a single quoted string"),
        ('\na "n=${record["n"]}"\n', 2, "expected end of line"),
        ("a [1, 2\nb c\n", 1, "got incomplete JSON array configuration"),
        (r'a "\q"', 1, "unexpected back-slash escape character 'q'"),
        ("@foo bar\n", 1, "'@' is the system reserved prefix, do not use it for an option: @foo"),
        ('a "#{foo}"', 1, "cannot evaluate embedded Ruby: unknown name 'foo'"),
        ('a "#{10 ** 9999}"', 1, "cannot evaluate embedded Ruby: Exceeds the limit"),
        (
            "a \"#{ENV.fetch('KELP_NOT_SET')}\"",
            1,
            'cannot evaluate embedded Ruby: key not found: "KELP_NOT_SET"',
        ),
        ("@include https://x/y.conf\n", 1, "cannot include https://x/y.conf: only files can be included"),
    ],
)
def test_errors(text: str, line: int, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert str(caught.value).startswith(f"fluent.conf:{line}: {message}")


def test_an_error_shows_its_line_neighbours_and_a_caret() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("<match>\n  a b\n  c 'x\n  d e\n</match>\n")
    assert str(caught.value).split("\n")[1:] == ["   2:   a b", "   3:   c 'x", "      ----^", "   4:   d e"]


def test_includes_are_sorted_and_relative(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "b.conf").write_text("<match b>\n</match>\n")
    (tmp_path / "d" / "a.conf").write_text("@include ../c.cfg\n<match a>\n</match>\n")
    (tmp_path / "c.cfg").write_text("<match c>\n</match>\n")
    (tmp_path / "opts").write_text("x 1\n")
    root = parse(
        "@include d/*.conf\n<match z>\n  @include opts\n</match>\n@include nothing.cfg\n@include c.cfg\n",
        tmp_path,
    )
    assert [element.arg for element in root.elements] == ["c", "a", "b", "z", "c"]
    assert root.elements[3].attrs["x"].value == "1"
    assert root.elements[1].file == str(tmp_path / "d" / "a.conf")


def test_a_file_that_includes_itself_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("@include a.conf\n")
    with pytest.raises(ConfigError, match=r"it includes itself"):
        parse("@include a.conf", tmp_path)

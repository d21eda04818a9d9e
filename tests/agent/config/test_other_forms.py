"""The YAML form and the old v0 language give the same tree as v1."""

from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError, Element
from kelp.agent.config.load import load_config


def shown(element: Element) -> Any:
    options = {name: attr.value for name, attr in element.attrs.items()}
    return [f"{element.name} {element.arg}".strip(), options, *(shown(one) for one in element.elements)]


def load(folder: Path, name: str, text: str, form: str = "auto") -> Element:
    path = folder / name
    path.write_text(text)
    return load_config(path, form)


YAML = """
system:
  log_level: warn
config:
  - source:
      $type: tail
      $id: t
      $label: '@L'
      path: !fluent/s "/x/#{1 + 1}"
      rate: 5
      list: [a, b]
      parse:
        $type: json
        opts: !fluent/json {"a": [1, true]}
  - label:
      $name: '@L'
      config:
        - !include inc.yaml
        - match:
            $tag: [a.**, b]
            $type: copy
            store:
              - $type: stdout
              - $type: file
            buffer:
              $arg: [tag, time]
"""


def test_yaml(tmp_path: Path) -> None:
    (tmp_path / "inc.yaml").write_text("- filter:\n    $tag: a\n    $type: grep\n")
    root = load(tmp_path, "c.yaml", YAML)
    assert shown(root)[2:] == [
        ["system", {"log_level": "warn"}],
        [
            "source",
            {"@type": "tail", "@id": "t", "@label": "@L", "path": "/x/2", "rate": 5, "list": ["a", "b"]},
            ["parse", {"@type": "json", "opts": '{"a":[1,true]}'}],
        ],
        [
            "label @L",
            {},
            ["filter a", {"@type": "grep"}],
            [
                "match a.** b",
                {"@type": "copy"},
                ["store", {"@type": "stdout"}],
                ["store", {"@type": "file"}],
                ["buffer tag,time", {}],
            ],
        ],
    ]
    assert root.elements[1].attrs["path"].line == 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [", "c.yaml:2: cannot read YAML"),
        ("", "c.yaml:1: the configuration is empty"),
        ("- source:\n    a: 1", "c.yaml:1: wanted a mapping of options"),
        ("config:\n  - sorce:\n      a: 1", "c.yaml:3: unknown section 'sorce'; known: label, source"),
        ("config: 1", "c.yaml:1: wanted a list of sections"),
        ("config:\n  - source: 1", "c.yaml:2: wanted a mapping of options"),
        ('config:\n  - source:\n      a: !fluent/s "#{foo}"', "c.yaml:3: cannot evaluate embedded Ruby"),
        ('config:\n  - source:\n      a: !fluent/s "#{1"', "c.yaml:3: cannot evaluate embedded Ruby"),
    ],
)
def test_yaml_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "c.yaml", text + "\n")
    assert str(caught.value).startswith(f"{tmp_path}/{message}")


def test_v0(tmp_path: Path) -> None:
    (tmp_path / "inc.conf").write_text("<match i>\n  type null\n</match>\n")
    text = '# c\n<source>\n  type tail  # x\n  path "/a b"\n</source>\ninclude inc.conf\n<match a.** b>\n</match>\n'
    assert shown(load(tmp_path, "c.conf", text, "v0"))[2:] == [
        ["source", {"type": "tail", "path": '"/a b"'}],
        ["match i", {"type": "null"}],
        ["match a.** b", {}],
    ]


def test_v0_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"c\.conf:2: cannot read the line '%%'"):
        load(tmp_path, "c.conf", "a 1\n%%\n", "v0")


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "c.conf"
    path.write_bytes(b"<match **>\r\n  @type null\r\n</match>\r\n")
    assert shown(load_config(path))[2:] == [["match **", {"@type": "null"}]]
    path.write_bytes(b'a "b\r\nc"\r\n')
    with pytest.raises(ConfigError, match="unexpected line break in a double quoted string"):
        load_config(path)

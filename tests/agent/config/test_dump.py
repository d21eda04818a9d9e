"""A configuration as text again."""

from pathlib import Path

import pytest

from kelp.agent.config.dump import dump, is_secret
from kelp.agent.config.v1 import parse_v1

TEXT = """<ROOT>
  <match a.**>
    @type elasticsearch
    password xxxxxx
    list ["a","b"]
    regexp /^a b$/
    quoted " blank # and \\"quote\\"\\n"
    empty
    <buffer tag,time>
      flush_interval 5s
    </buffer>
  </match>
</ROOT>
"""


def test_what_is_dumped_reads_the_same() -> None:
    tree = parse_v1(TEXT.removeprefix("<ROOT>\n").removesuffix("</ROOT>\n"), "f", Path("/nowhere"))
    assert dump(tree) == TEXT
    again = parse_v1(dump(tree), "f", Path("/nowhere")).elements[0]
    assert dump(again) == TEXT


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("shared_key", True),
        ("aws_sec_key", True),
        ("client_key_pass", True),
        ("api_key", True),
        ("path", False),
        ("tag_key", False),
        ("passthrough", False),
    ],
)
def test_secrets_by_name(name: str, secret: bool) -> None:
    assert is_secret(name) is secret

"""Ids for records."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch
from kelp.agent.plugin import build
from tests.agent.output_driver import T0, FakeContext, Recorder


def filtered(
    options: str, *records: dict[str, Any], kind: str = "elasticsearch_genid"
) -> list[dict[str, Any]]:
    element = parse_v1(f"<filter **>\n@type {kind}\n{options}\n</filter>", "test.conf", Path(".")).elements[0]
    recorder = Recorder()
    plugin = build("filter", kind, element, FakeContext(recorder), recorder)
    batch = Batch([T0] * len(records), [dict(record) for record in records])
    return plugin.filter_batch("a.b", batch).records  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("options", "method", "seed"),
    [
        ("use_record_as_seed true\nrecord_keys x,z", "sha1", "1_"),
        ("use_record_as_seed true\nrecord_keys x,y\nseparator -\nhash_type md5", "md5", '1-{"k"=>nil}'),
        ("use_record_as_seed true\nuse_entire_record true\nhash_type sha256", "sha256", '|y|{"k"=>nil}|x|1'),
        ("use_record_as_seed true\nrecord_keys x\ninclude_tag_in_seed true\ninclude_time_in_seed true\nhash_type sha512",
         "sha512", "a.b_1795428000_1"),
    ],
)  # fmt: skip
def test_ids_from_records(options: str, method: str, seed: str) -> None:
    (record,) = filtered(options, {"y": {"k": None}, "x": 1})
    assert record["_hash"] == base64.b64encode(hashlib.new(method, seed.encode()).digest()).decode()


def test_random_ids() -> None:
    one, two = filtered("hash_id_key id", {"x": 1}, {"x": 1}, kind="opensearch_genid")
    assert one["id"] != two["id"]
    assert len(base64.b64decode(one["id"])) == 36


def test_missing_keys() -> None:
    with pytest.raises(ConfigError, match="use_record_as_seed needs record_keys or use_entire_record"):
        filtered("use_record_as_seed true", {})

"""Plugins of Fluentd that Kelp lacks are refused by name, with what comes nearest."""

import re

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.plugin import registry
from kelp.agent.plugin.driver import Driver
from kelp.agent.plugin.known import INSTEAD

ROWS = [(kind, name) for kind, names in INSTEAD.items() for name in names]


@pytest.mark.parametrize(("kind", "name"), ROWS)
def test_no_plugin_that_exists_is_called_missing(kind: str, name: str) -> None:
    assert registry.find(kind, name) is None


def test_alternatives_exist() -> None:
    """The first word of each alternative is a plugin of some kind, or says that it is something else."""
    others = {"the", "a", "an", "nothing", "Filebeat", "Prometheus", "placeholders"}
    unknown = {
        text
        for names in INSTEAD.values()
        for text in names.values()
        if (word := re.split(r"[ ,']", text)[0]) not in others
        and not any(registry.find(kind, word) for kind in registry.PREFIXES)
    }
    assert unknown == set()


def test_error() -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("output", "kinesis_firehose", "@type kinesis_firehose")
    assert str(caught.value) == (
        "test.conf:1: <match>: unknown output plugin 'kinesis_firehose'; Kelp has none; use s3 instead"
    )

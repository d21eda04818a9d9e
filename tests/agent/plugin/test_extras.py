"""Client libraries that are not installed."""

import importlib
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from tests.agent.output_driver import make


@pytest.mark.parametrize(
    ("options", "module", "message"),
    [
        ("@type s3\ns3_bucket b", "botocore", "the output s3 needs botocore, {} 'kelp[s3]'"),
        ("@type kafka2", "confluent_kafka", "the output kafka2 needs confluent_kafka, {} 'kelp[kafka]'"),
        ("@type google_cloud", "google.cloud.logging", "the output google_cloud needs google, {} 'kelp[google]'"),
    ],
)  # fmt: skip
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, options: str, module: str, message: str
) -> None:
    real = importlib.import_module

    def without(name: str, *rest: Any) -> Any:
        if name == module:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(ConfigError) as caught:
        make(options)
    assert message.format("which is not installed; install it with: pip install") in str(caught.value)

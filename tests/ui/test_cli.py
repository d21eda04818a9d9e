from typing import Any

import pytest
from click.testing import CliRunner

from kelp.ui import cli, server
from kelp.ui.settings import Settings


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, Settings(("http://127.0.0.1:9200",))),
        (
            [],
            {
                "ELASTICSEARCH_HOSTS": '["http://elasticsearch-logging:9200"]',
                "SERVER_NAME": "kibana-logging",
                "SERVER_BASEPATH": "/api/v1/namespaces/kube-system/services/kibana-logging/proxy",
                "SERVER_REWRITEBASEPATH": "false",
                "SERVER_HOST": "0.0.0.0",
                "SERVER_PORT": "5602",
                "ELASTICSEARCH_REQUESTTIMEOUT": "30000",
                "KELP_UI_INSECURE": "true",
            },
            Settings(
                ("http://elasticsearch-logging:9200",),
                host="0.0.0.0",
                port=5602,
                name="kibana-logging",
                base_path="/api/v1/namespaces/kube-system/services/kibana-logging/proxy",
                rewrite_base_path=False,
                timeout_seconds=30,
                insecure=True,
            ),
        ),
        (
            ["--es-user", "e", "--es-password", "f", "--es-verify", "none", "--user", "u", "--password", "p"],
            {"ELASTICSEARCH_URL": "https://a"},
            Settings(
                ("https://a",),
                elasticsearch_username="e",
                elasticsearch_password="f",
                elasticsearch_verify="none",
                username="u",
                password="p",
            ),
        ),
    ],
)
def test_settings(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], environment: dict[str, str], expected: Settings
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(server, "run", seen.append)
    result = CliRunner().invoke(cli.command, arguments, env=environment)
    assert (result.exit_code, result.output) == (0, "")
    assert seen == [expected]

"""Starting and stopping the store."""

import os
import socket
import stat
import subprocess
import sys

import pytest

from tests.store.api.conftest import Server

KELP = [sys.executable, "-c", "from kelp.cli import main; main()", "store"]


def refused(*options, env=None):
    """The message of a store that does not start."""
    result = subprocess.run([*KELP, *options], capture_output=True, text=True, timeout=300, env=env)
    assert result.returncode == 1, result.stderr
    return result.stderr.splitlines()[-1]


def test_busy_port(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert refused("--data", str(tmp_path), "--port", str(port)) == (
            f"kelp store: cannot listen on 127.0.0.1:{port}: another program uses this port; "
            "stop it or choose another port with --port"
        )


def test_unusable_data_directory(tmp_path):
    (tmp_path / "file").touch()
    assert refused("--data", str(tmp_path / "file" / "data")) == (
        f"kelp store: cannot write data directory {tmp_path}/file/data: Not a directory; name another one with --data"
    )


@pytest.mark.parametrize(
    ("options", "want"),
    [
        (
            ["--host", "0.0.0.0"],
            "cannot listen on 0.0.0.0: everyone who reaches this machine could read and delete logs; "
            "give a password (--password-file), or say --insecure if a network policy protects the store",
        ),
        (
            ["--tls-cert", __file__],
            "cannot use TLS: --tls-cert and --tls-key go together, only one was given",
        ),
        (
            ["--tls-cert", __file__, "--tls-key", __file__],
            f"cannot use TLS: {__file__} and {__file__} are no certificate and its key in PEM form",
        ),
        (["--memory", "much"], "failed to parse setting [--memory] with value [much] as a size in bytes"),
        (["--password-file", "/nowhere"], "cannot read password file /nowhere: No such file or directory"),
        (["--password-file", os.devnull], f"cannot use password file {os.devnull}: it is empty"),
        (["--host", "192.0.2.1", "--insecure"], "this machine has no such address; choose one with --host"),
        (
            ["--disk-budget", "5x"],
            "failed to parse setting [--disk-budget] with value [5x] as a size in bytes",
        ),
    ],
)
def test_refused(tmp_path, options, want):
    assert want in refused("--data", str(tmp_path), "--port", "0", *options)


def test_data_directory_in_use_and_restart(tmp_path):
    data = tmp_path / "data"
    first = Server(data)
    assert "another store is using it" in refused("--data", str(data), "--port", "0")
    first("POST", "/_bulk", '{"index":{"_index":"t-keep"}}\n{"log":"x"}\n')
    uuid = first("GET", "/").json()["cluster_uuid"]
    assert first.stop() == 0
    second = Server(data)
    assert second("GET", "/_cat/count/t-keep?h=count").text == "1\n"
    assert second("GET", "/").json()["cluster_uuid"] == uuid
    assert second.stop() == 0


def test_password_and_names(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    monkeypatch.setenv("cluster.name", "kubernetes-logging")
    monkeypatch.setenv("node.name", "es-0")
    monkeypatch.setenv("ES_JAVA_OPTS", "-Xmx1g")
    server = Server(tmp_path / "data", "--host", "0.0.0.0", "--password-file", str(secret))
    try:
        server.client.base_url = server.url.replace("0.0.0.0", "127.0.0.1")
        denied = server("GET", "/")
        assert denied.status_code == 401
        assert denied.headers["www-authenticate"] == 'Basic realm="security" charset="UTF-8"'
        assert denied.json()["error"]["type"] == "security_exception"
        body = server("GET", "/", auth=("elastic", "s3cret")).json()
        assert (body["cluster_name"], body["name"]) == ("kubernetes-logging", "es-0")
    finally:
        assert server.stop() == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_data_directory(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert "Permission denied" in refused("--data", str(tmp_path))

"""The output to Graylog."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.config import ConfigError
from tests.agent.output_driver import T0, make, running
from tests.agent.waiting import wait_for

FAST = "<buffer>\n  flush_mode immediate\n  retry_wait 0.05\n  retry_forever\n</buffer>\n"


def datagrams(count: int, options: str, *records: dict[str, Any]) -> list[bytes]:
    """What arrives of records by UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        port = server.getsockname()[1]
        with running(f"@type gelf\nhost 127.0.0.1\nport {port}\n{options}\n{FAST}") as driver:
            driver.emit("a.b", *[(T0, record) for record in records])
            return [server.recv(65536) for _ in range(count)]


def test_a_message() -> None:
    (data,) = datagrams(1, "", {"message": "hello", "host": "h", "level": "err", "n": 1})
    assert json.loads(zlib.decompress(data)) == {
        "facility": "fluentd",
        "protocol": 0,
        "version": "1.0",
        "host": socket.gethostname(),
        "level": 3,
        "_tag": "a.b",
        "timestamp": T0 / 10**9,
        "_host": "h",
        "_n": 1,
        "short_message": "hello",
    }


def test_hosts_and_milliseconds() -> None:
    record = {"message": "x", "host": "h", "msec": "123"}
    (data,) = datagrams(1, "use_record_host true\nadd_msec_time true", record)
    found = json.loads(zlib.decompress(data))
    assert (found["host"], found["timestamp"], found["level"]) == ("h", T0 / 10**9, 1)


def test_long_messages_come_in_chunks() -> None:
    text = "".join(f"{n * 7919 % 10007}," for n in range(2000))
    parts = datagrams(4, "", {"message": text})
    assert [part[:2] for part in parts] == [b"\x1e\x0f"] * 4
    assert len({part[2:10] for part in parts}) == 1
    assert [(part[10], part[11]) for part in parts] == [(n, 4) for n in range(4)]
    whole = json.loads(zlib.decompress(b"".join(part[12:] for part in parts)))
    assert whole["short_message"] == text


class Server(threading.Thread):
    """Takes `count` connections one after the other, and closes each but the last after a message."""

    def __init__(self, count: int) -> None:
        super().__init__(daemon=True)
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.count = count
        self.got: list[bytes] = []

    def run(self) -> None:
        for number in range(self.count):
            client, _ = self.sock.accept()
            with client:
                while data := client.recv(65536):
                    self.got.append(data)
                    if number < self.count - 1:
                        break


def test_tcp_connects_again() -> None:
    server = Server(2)
    server.start()
    with running(f"@type gelf\nhost 127.0.0.1\nport {server.port}\nprotocol tcp\n{FAST}") as driver:
        driver.emit("a", (T0, {"message": "one"}), (T0, {"message": "two"}))
        wait_for(lambda: len(server.got) == 1)
        wait_for(lambda: driver.output.chunks.size == 0)
        server.join(0.1)
        driver.emit("a", (T0, {"message": "three"}))
        wait_for(lambda: len(server.got) == 2)
    server.sock.close()
    texts = b"".join(server.got).split(b"\0")
    assert [json.loads(text)["short_message"] for text in texts[:-1]] == ["one", "two", "three"]
    assert texts[-1] == b""


@pytest.mark.parametrize("more", [{}, {"no_default_ca": True}])
def test_tls(tmp_path: Path, more: dict[str, bool]) -> None:
    certificate, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Server(1)
    server.sock = context.wrap_socket(server.sock, server_side=True)
    server.start()
    tls = f"protocol tcp\ntls true\ntls_options {json.dumps({'ca': certificate, **more})}"
    with running(f"@type gelf\nhost 127.0.0.1\nport {server.port}\n{tls}\n{FAST}") as driver:
        driver.emit("a", (T0, {"message": "one"}))
        wait_for(lambda: len(server.got) == 1)
    server.sock.close()
    assert json.loads(server.got[0].rstrip(b"\0"))["short_message"] == "one"


def test_what_makes_no_message_is_an_error() -> None:
    with running(f"@type gelf\nhost 127.0.0.1\nport 9\nuse_record_host true\n{FAST}") as driver:
        driver.emit("a", (T0, {"message": "x", "host": ""}))
        assert [record for _, _, record, _ in driver.recorder.errors] == [{"message": "x", "host": ""}]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("port 1", "option 'host' is required"),
        ("host h\nprotocol http", "'protocol' must be one of udp, tcp"),
        ('host h\nprotocol tcp\ntls true\ntls_options {"ca":"/nowhere"}', "cannot use tls_options"),
    ],
)
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(f"@type gelf\n{options}\n")

"""The forward output against the forward input."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import pytest

from kelp.agent.config import ConfigError
from kelp.agent.config.v1 import parse_v1
from kelp.agent.output.forward.balancer import Balancer, Member
from kelp.agent.output.forward.node import Node, Settings
from kelp.agent.plugin import build
from kelp.common.log import Log
from tests.agent.agent_runner import free_port
from tests.agent.output_driver import T0, FakeContext, Recorder, make, running
from tests.agent.waiting import PATIENCE, wait_for

FAST = "<buffer tag>\nflush_mode immediate\nretry_wait 0.05\nretry_max_interval 0.1\n</buffer>"


@contextmanager
def receiver(options: str = "", port: int = 0) -> Iterator[tuple[int, Recorder]]:
    """A running forward input."""
    port = port or free_port()
    text = f"<source>\n@type forward\nport {port}\nbind 127.0.0.1\n{options}\n</source>"
    element = parse_v1(text, "test.conf", Path(".")).elements[0]
    recorder = Recorder()
    plugin = build("input", "forward", element, FakeContext(recorder), recorder)
    plugin.start()
    try:
        yield port, recorder
    finally:
        for step in ("stop", "shutdown", "close"):
            getattr(plugin, step)()


def output(*ports: int, options: str = "", server: str = "") -> str:
    servers = "".join(f"<server>\nhost 127.0.0.1\nport {port}\n{server}\n</server>\n" for port in ports)
    return f"@type forward\n{options}\n{servers}\n{FAST}"


RECORDS: list[dict[str, Any]] = [{"a": 1, "é": "ü", "n": None, "f": 1.5, "l": [1, {"x": True}]}, {"b": 2}]


@pytest.mark.parametrize(
    ("options", "receiving"),
    [
        ("", ""),
        ("require_ack_response true", ""),
        ("require_ack_response true\nkeepalive true", ""),
        ("compress gzip", ""),
        ("compress zstd", ""),
        ("heartbeat_type none", ""),
        ("<security>\nself_hostname me\nshared_key k\n</security>",
         "<security>\nself_hostname you\nshared_key k\n</security>"),
    ],
)  # fmt: skip
def test_events_arrive(options: str, receiving: str) -> None:
    with receiver(receiving) as (port, got), running(output(port, options=options)) as driver:
        for n in range(3):
            driver.emit(f"t.{n}", *[(T0 + n, dict(r)) for r in RECORDS])
        wait_for(lambda: len(got.events) == 6)
        assert sorted(got.events, key=lambda e: (e[0], "b" in e[2])) == [
            (f"t.{n}", T0 + n, r) for n in range(3) for r in RECORDS
        ]
        wait_for(lambda: driver.output.chunks.size == 0)
        assert driver.output.stats.num_errors == 0


@pytest.mark.parametrize("kind", ["static", "file"])
def test_discovered_servers(tmp_path: Path, kind: str) -> None:
    with receiver() as (port, got):
        (tmp_path / "sd.yml").write_text(f"- host: 127.0.0.1\n  port: {port}\n  weight: 10\n")
        inner = (
            f"path {tmp_path}/sd.yml"
            if kind == "file"
            else f"<service>\nhost 127.0.0.1\nport {port}\n</service>"
        )
        discovery = f"<service_discovery>\n@type {kind}\n{inner}\n</service_discovery>"
        with running(f"@type forward\n{discovery}\n{FAST}") as driver:
            driver.emit("t", (T0, {"a": 1}))
            wait_for(lambda: len(got.events) == 1)


def test_users() -> None:
    security = "<security>\nself_hostname you\nshared_key k\nuser_auth true\n<user>\nusername u\npassword p\n</user>\n</security>"
    options = "<security>\nself_hostname me\nshared_key k\n</security>\nheartbeat_type none"
    with receiver(security) as (port, got):
        with running(output(port, options=options, server="username u\npassword p")) as driver:
            driver.emit("t", (T0, {"a": 1}))
            wait_for(lambda: len(got.events) == 1)
        node = make(output(port, options=options, server="username u\npassword wrong")).output._nodes[0]
        with pytest.raises(Exception, match="cannot sign in: username/password mismatch"):
            node.connect()
        wrong = options.replace("shared_key k", "shared_key x")
        with pytest.raises(Exception, match="cannot sign in: shared_key mismatch"):
            make(output(port, options=wrong)).output._nodes[0].connect()


def test_times_and_odd_values() -> None:
    with receiver() as (port, got), running(output(port, options="time_as_integer true")) as driver:
        driver.emit("t", (T0 + 5, {"big": 2**80, "x": object.__name__}))
        wait_for(lambda: got.events == [("t", T0, {"big": str(2**80), "x": "object"})])


def test_failover_and_recovery() -> None:
    first, second = free_port(), free_port()
    options = "heartbeat_interval 0.05\nrecover_wait 0.1\nrequire_ack_response true"
    with receiver(port=second) as (_, two), running(output(first, second, options=options)) as driver:
        for n in range(6):
            driver.emit("t", (T0, {"n": n}))
        wait_for(lambda: len(two.events) == 6)
        wait_for(lambda: driver.output.statistics()["healthy_nodes_count"] == 1)
        with receiver(port=first) as (_, one):
            wait_for(lambda: driver.output.statistics()["healthy_nodes_count"] == 2)
            for n in range(10):
                driver.emit("t", (T0, {"n": n}))
                wait_for(lambda: driver.output.chunks.size == 0)
            assert len(one.events) + len(two.events) == 16
            assert len(one.events) >= 3


def test_servers_that_come_later() -> None:
    port = free_port()
    with running(output(port, options="require_ack_response true")) as driver:
        driver.emit("t", (T0, {"n": 1}))
        wait_for(lambda: driver.output.stats.num_errors > 1)
        with receiver(port=port) as (_, got):
            wait_for(lambda: len(got.events) == 1)
            wait_for(lambda: driver.output.chunks.size == 0)


class StubbornServer(threading.Thread):
    """Reads chunks; acknowledges none, or each with the given answers in turn."""

    def __init__(self, answers: list[str]) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.answers = answers
        self.chunks: list[str] = []
        self.start()

    def run(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            unpacker = msgpack.Unpacker(unicode_errors="surrogateescape")
            while data := connection.recv(65536):
                unpacker.feed(data)
                for message in unpacker:
                    self.chunks.append(message[2]["chunk"])
                    kind = self.answers.pop(0) if self.answers else "right"
                    if kind == "close":
                        connection.close()
                        break
                    if kind != "never":
                        ack = message[2]["chunk"] if kind == "right" else "wrong"
                        connection.sendall(msgpack.packb({"ack": ack}))
                if connection.fileno() < 0:
                    break
            connection.close()


def test_chunks_are_sent_until_they_are_acknowledged() -> None:
    server = StubbornServer(["wrong", "close", "never"])
    port = server.listener.getsockname()[1]
    options = "require_ack_response true\nack_response_timeout 1\nheartbeat_type none\nkeepalive true"
    with running(output(port, options=options)) as driver:
        driver.emit("t", (T0, {"n": 1}))
        wait_for(lambda: not server.answers)
        (node,) = driver.output._nodes
        node._settings = replace(node._settings, ack_timeout=PATIENCE)  # for the answer after "never"
        wait_for(lambda: driver.output.chunks.size == 0)
    assert len(server.chunks) == 4
    assert len(set(server.chunks)) == 1


def test_tls(tmp_path: Path) -> None:
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", f"{tmp_path}/k.pem", "-out", f"{tmp_path}/c.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *subject]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no openssl here")
    tls = f"<transport tls>\ncert_path {tmp_path}/c.pem\nprivate_key_path {tmp_path}/k.pem\n</transport>"
    with receiver(tls) as (port, got):
        trusted = f"transport tls\ntls_ca_cert_path {tmp_path}/c.pem\nrequire_ack_response true"
        with running(output(port, options=trusted, server="name localhost")) as driver:
            driver.emit("t", (T0, {"n": 1}))
            wait_for(lambda: len(got.events) == 1)
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            make(output(port, options="transport tls")).output._nodes[0].connect()
        make(output(port, options="transport tls\ntls_insecure_mode true")).output._nodes[0].connect().close()


def nodes(count: int) -> list[Node]:
    settings = Settings(1, 1, None, False, None, False, None, True, "text", 1, 10, 60, 16)
    return [Node(str(n), ("h", n), settings, None, lambda: False, Log("test")) for n in range(count)]


@pytest.mark.parametrize(
    ("weights", "standby", "down", "shares"),
    [
        ((60, 60), (), (), (6, 6)),
        ((60, 30), (), (), (8, 4)),
        ((60, 60, 60), (2,), (), (6, 6, 0)),
        ((60, 60, 60), (2,), (0,), (0, 6, 6)),
        ((60, 0), (), (), (12, 0)),
    ],
)
def test_balance(
    weights: tuple[int, ...], standby: tuple[int, ...], down: tuple[int, ...], shares: tuple[int, ...]
) -> None:
    members = [Member(node, weights[n], n in standby) for n, node in enumerate(nodes(len(weights)))]
    for n in down:
        members[n].node.set_down("test")
    balancer = Balancer(members, seed=1)
    first = [balancer.order()[0] for _ in range(12)]
    assert tuple(first.count(member.node) for member in members) == shares
    assert len(balancer.order()) == sum(weight > 0 for weight in weights)


def test_silence_makes_a_server_down_and_signs_bring_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    (node,) = nodes(1)
    for seconds, expected in ((30, True), (36, True), (37, False)):
        now[0] = 1000.0 + seconds
        node.note_silence()
        assert node.available is expected
    for n in range(1, 11):
        node.note_sign()
        assert node.available is (n == 10)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@type forward", "a section <server> is required"),
        (output(1, options="host x"), "option 'host' was removed: use a <server> section"),
        (output(1).replace("<buffer tag>", "<buffer []>"), "the chunk keys of <buffer> must include tag"),
        (output(1, options="send_keepalive_packet true"), "needs keepalive true"),
        (output(1, options="ack_response_timeout 0"), "must be at least 1 second"),
        (output(1, options="transport tls\ntls_ca_cert_path /no/such"), "cannot load TLS files"),
        (output(1, options="<service_discovery>\n@type etcd\n</service_discovery>"), "'etcd' is not supported; use static, file or srv"),
        (output(options="<service_discovery>\n@type srv\n</service_discovery>"), "option 'service' is required"),
        (output(options="<service_discovery>\n@type file\npath /no/such\n</service_discovery>"), "cannot read servers from /no/such"),
        ("@type file\npath /x\n<secondary>\n@type forward\n<server>\nhost h\n</server>\n</secondary>",
         "<secondary> of type 'forward' cannot write chunks of 'file'; use file"),
    ],
)  # fmt: skip
def test_config_errors(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(text)
    assert message in str(caught.value)

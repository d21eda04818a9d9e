"""Servers that are found out: in a file, in the DNS."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.rrset
import pytest

from kelp.agent.output.forward import servers
from tests.agent.output_driver import make, running
from tests.agent.waiting import wait_for

DISCOVERY = "@type forward\nheartbeat_type none\n<service_discovery>\n{}\n</service_discovery>"


@pytest.fixture
def zone() -> Iterator[tuple[int, dict[tuple[str, str], str]]]:
    """A DNS server: its port, and its records by name and type."""
    records: dict[tuple[str, str], str] = {}
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            data, address = sock.recvfrom(4096)
            if not data:
                return
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            question = query.question[0]
            kind = dns.rdatatype.to_text(question.rdtype)
            for text in filter(None, records.get((str(question.name), kind), "").split("\n")):
                answer.answer.append(dns.rrset.from_text(question.name, 0, "IN", kind, text))
            sock.sendto(answer.to_wire(), address)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = sock.getsockname()[1]
    yield port, records
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(b"", ("127.0.0.1", port))
    thread.join(2)
    sock.close()


def addresses(driver: object) -> list[tuple[str, int]]:
    return [node.address for node in driver.output._nodes]  # type: ignore[attr-defined]


def test_srv_records(zone: tuple[int, dict[tuple[str, str], str]], monkeypatch: pytest.MonkeyPatch) -> None:
    port, records = zone
    name = ("_fluentd._tcp.example.com.", "SRV")
    records[name] = "20 7 24225 b.example.com.\n10 5 24224 a.example.com."
    records["a.example.com.", "A"], records["b.example.com.", "A"] = "10.0.0.1", "10.0.0.2"
    options = f"@type srv\nservice fluentd\nhostname example.com\ndns_server_host 127.0.0.1:{port}\ninterval 1\nshared_key k"
    with running(DISCOVERY.format(options)) as driver:
        assert addresses(driver) == [("10.0.0.1", 24224), ("10.0.0.2", 24225)]
        assert [(m.node.name, m.weight) for m in driver.output._known.values()] == [
            ("a.example.com", 5),
            ("b.example.com", 7),
        ]
        kept = driver.output._nodes[1]
        records[name] = "20 7 24225 b.example.com."
        wait_for(lambda: addresses(driver) == [("10.0.0.2", 24225)])
        assert driver.output._nodes == [kept], "the connection of a server that stays is kept"
        records[name] = ""
        driver.output._rediscover()
        assert driver.output._nodes == [kept], "with no answer the servers known stay"


def test_targets_without_look_up(zone: tuple[int, dict[tuple[str, str], str]]) -> None:
    port, records = zone
    records["_x._udp.example.com.", "SRV"] = "1 1 9 a.example.com."
    options = f"@type srv\nservice x\nproto udp\nhostname example.com\ndns_server_host 127.0.0.1:{port}\ndns_lookup false"
    with running(DISCOVERY.format(options)) as driver:
        assert addresses(driver) == [("a.example.com", 9)]


def test_the_agent_starts_while_the_dns_is_silent(zone: tuple[int, dict[tuple[str, str], str]]) -> None:
    options = f"@type srv\nservice x\nhostname example.com\ndns_server_host 127.0.0.1:{zone[0]}"
    with running(DISCOVERY.format(options)) as driver:
        assert addresses(driver) == []


def test_a_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers.FileServers, "interval", 0.05)
    path = tmp_path / "servers.yml"
    path.write_text("- host: a\n  port: 1\n")
    with running(DISCOVERY.format(f"@type file\npath {path}")) as driver:
        assert addresses(driver) == [("a", 1)]
        path.write_text("- host: a\n  port: 1\n- host: b\n")
        wait_for(lambda: addresses(driver) == [("a", 1), ("b", 24224)])
        path.write_text("broken: [")
        driver.output._rediscover()
        assert addresses(driver) == [("a", 1), ("b", 24224)]


def test_static_servers_stay() -> None:
    text = DISCOVERY.format("@type static\n<service>\nhost a\n</service>") + "\n<server>\nhost b\n</server>"
    assert addresses(make(text)) == [("b", 24224), ("a", 24224)]

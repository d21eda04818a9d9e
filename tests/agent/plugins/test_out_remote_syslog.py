"""The output to a syslog server."""

import re
import socket
import threading

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.output.syslog import Header, packets
from tests.agent.output_driver import T0, make, running
from tests.agent.waiting import wait_for

FAST = "flush_mode immediate\n  retry_wait 0.05\n  retry_forever\n"
NOW = 1_795_428_000.0


def test_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        port = server.getsockname()[1]
        options = (
            f"host 127.0.0.1\nport {port}\nhostname ${{tag[1]}}\nfacility local0\nseverity debug\nprogram p"
        )
        with running(f"@type remote_syslog\n{options}\n<buffer tag>\n  {FAST}</buffer>") as driver:
            driver.emit("a.web-1", (T0, {"m": "x", "n": 1}), (T0, {"m": "two\n\nlines"}))
            got = [server.recv(65536).decode() for _ in range(3)]
    stamp = r"[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d"
    assert re.fullmatch(f"<135>{stamp} web-1 p: m:x\tn:1", got[0])
    assert [text.partition(" p: ")[2] for text in got[1:]] == ["m:two", "lines"]


def test_tcp_connects_again() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def take() -> None:
        for _ in range(2):
            client, _ = server.accept()
            with client:
                got.append(client.recv(65536))

    threading.Thread(target=take, daemon=True).start()
    options = (
        f"host_with_port 127.0.0.1:{server.getsockname()[1]}\nprotocol tcp\nhostname h\nkeep_alive true\n"
    )
    text = "<format>\n  @type single_value\n  message_key m\n</format>\n"
    with running(
        f"@type remote_syslog\n{options}keep_alive_idle 5\n{text}<buffer>\n  {FAST}</buffer>"
    ) as driver:
        driver.emit("a", (T0, {"m": "one"}), (T0, {"m": "two"}))
        wait_for(lambda: len(got) == 1)
        wait_for(lambda: driver.output.chunks.size == 0)
        driver.emit("a", (T0, {"m": "three"}))
        wait_for(lambda: len(got) == 2)
    server.close()
    lines = b"".join(got).decode().splitlines()
    assert [line.partition(" fluentd: ")[2] for line in lines] == ["one", "two", "three"]
    assert all(line.startswith("<13>") for line in lines)


def test_packets_are_cut_between_characters() -> None:
    header = Header("user", "notice", "h", "p")
    head = b"<13>Nov 23 10:00:00 h p: "
    assert packets(header, "aé\r\n \nb".encode(), NOW, 1024) == [head + "aé".encode(), head + b"b"]
    assert packets(header, "aé".encode(), NOW, len(head) + 2) == [head + b"a"]


@pytest.mark.parametrize(
    ("facility", "severity", "hostname", "program", "message"),
    [
        ("none", "debug", "h", "p", "there is no facility 'none'"),
        ("user", "loud", "h", "p", "there is no severity 'loud'"),
        ("user", "debug", "a b", "p", "hostname 'a b' is no word of ASCII"),
        ("user", "debug", "h", "p" * 33, "has more than 32 characters"),
    ],
)
def test_headers_that_are_none(
    facility: str, severity: str, hostname: str, program: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Header(facility, severity, hostname, program)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "'host' or 'host_with_port' is required"),
        ("host h\nseverity loud", "option 'severity' must be one of emerg"),
        ("host h\nprotocol tcp\ntls true\nca_file /nowhere", "cannot load ca_file /nowhere"),
    ],
)
def test_faults(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(f"@type remote_syslog\n{options}\n")

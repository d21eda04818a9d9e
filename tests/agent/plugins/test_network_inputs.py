"""Inputs that listen: real sockets, a router that gathers."""

import gzip
import hashlib
import http.client
import json
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from types import SimpleNamespace

import msgpack
import pytest

from kelp.agent.config import ConfigError
from kelp.agent.output.json_text import dump
from kelp.agent.plugin.base import build
from kelp.common.errors import KelpError
from tests.agent.agent_runner import free_port
from tests.agent.elements import section
from tests.agent.waiting import PATIENCE, wait_for


class Router:
    def __init__(self):
        self.events = []

    def emit(self, tag, batch):
        self.events += [(tag, t, r) for t, r in zip(batch.times, batch.records, strict=True)]

    def wait(self, count):
        wait_for(lambda: len(self.events) >= count)
        return self.events


@pytest.fixture
def running():
    made = []

    def start(options, *inner):
        options = {"port": free_port(), "bind": "127.0.0.1", **options}
        router = Router()
        context = SimpleNamespace(root_dir=None, workers=1, worker_id=0)
        plugin = build("input", options["@type"], section("source", options, *inner), context, router)
        plugin.start()
        made.append(plugin)
        return router, int(options["port"])

    start.made = made
    yield start
    for plugin in made:
        plugin.stop()
        plugin.shutdown()


def post(port, path, body, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "want"),
    [
        ("/a.b?time=1.5", b'{"x":1}', JSON, 200, [("a.b", 1_500_000_000, {"x": 1})]),
        ("/a/b?time=2", b'[{"x":1},{"x":2}]', JSON, 200, [("a.b", 2 * 10**9, {"x": 1}), ("a.b", 2 * 10**9, {"x": 2})]),
        ("/a", b'{"time":3,"x":1}', JSON, 200, [("a", 3 * 10**9, {"x": 1})]),
        ("/a?time=4", gzip.compress(b'{"x":1}'), JSON | {"Content_Encoding": "gzip"}, 200, [("a", 4 * 10**9, {"x": 1})]),
        ("/a?time=5", msgpack.packb({"x": 1}), {"Content_Type": "application/msgpack"}, 200, [("a", 5 * 10**9, {"x": 1})]),
        ("/a?time=6", b'{"x":1}\r\n{"x":2}', {"Content_Type": "application/x-ndjson"}, 200, [("a", 6 * 10**9, {"x": 1}), ("a", 6 * 10**9, {"x": 2})]),
        ("/a?time=7", b"json=" + urllib.parse.quote('{"x":"é"}').encode(), {"Content_Type": "application/x-www-form-urlencoded"}, 200, [("a", 7 * 10**9, {"x": "é"})]),
        ("/a?time=8", b"msgpack=" + urllib.parse.quote(msgpack.packb({"x": 1})).encode(), FORM, 200, [("a", 8 * 10**9, {"x": 1})]),
        ("/a?time=9&time=10", b'{"x":1}', JSON | {"Content_Encoding": "zstd"}, 200, [("a", 9 * 10**9, {"x": 1})]),
        ("/a", gzip.compress(b'{"x":1}')[:-9], JSON | {"Content_Encoding": "gzip"}, 400, []),
        ("/a", b'{"time":"text"}', JSON, 400, []),
        ("/a", b"x", {"Content_Type": "text/plain"}, 400, []),
        ("/a", b"not gzip", JSON | {"Content_Encoding": "gzip"}, 400, []),
        ("/a", b'{"broken":', JSON, 200, []),
        ("/a", b" " * 70000, JSON, 413, []),
    ],
)  # fmt: skip
def test_http(running, path, body, headers, status, want):
    router, port = running({"@type": "http", "body_size_limit": "64k"})
    assert post(port, path, body, **headers) == status
    assert router.events == want


def test_http_tells_what_does_not_match(running):
    router, port = running(
        {"@type": "http"}, section("parse", {"@type": "regexp", "expression": "/^(?<n>\\d+)$/"})
    )
    assert post(port, "/a?time=1", b"12") == 200
    assert post(port, "/a?time=1", b"no") == 400
    assert router.events == [("a", 10**9, {"n": "12"})]


@pytest.mark.parametrize(
    ("allowed", "origin", "status", "answer"),
    [
        ('["http://a.com"]', "http://a.com", 200, "http://a.com"),
        ('["http://*.a.com"]', "http://x.a.com", 200, "http://x.a.com"),
        ('["http://a.com"]', "http://b.com", 403, None),
        ('["http://a.com"]', None, 200, None),
        ('["*"]', None, 200, "*"),
    ],
)
def test_http_answers_pages_of_other_origins(running, allowed, origin, status, answer):
    _router, port = running({"@type": "http", "cors_allow_origins": allowed})
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(
        "POST", "/a", "{}", {"Content-Type": "application/json"} | ({"Origin": origin} if origin else {})
    )
    got = connection.getresponse()
    assert (got.status, got.headers["Access-Control-Allow-Origin"]) == (status, answer)


def test_http_keeps_repeated_headers(running):
    router, port = running({"@type": "http", "add_http_headers": "true", "add_query_params": "true"})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        head = "POST /t?a-b=c HTTP/1.1\r\nContent-Type: application/json\r\nX-A: 1\r\nX-A: é\r\nContent-Length: 2\r\n\r\n"
        sock.sendall(head.encode() + b"{}")
        sock.recv(999)
    ((_tag, _time, record),) = router.events
    assert record["HTTP_X_A"] == ["1", "é"]
    assert record["QUERY_A_B"] == "c"


def test_http_keeps_the_connection_and_reads_chunks(running):
    router, port = running({"@type": "http", "use_204_response": "true", "add_http_headers": "true"})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        for _ in range(2):
            sock.sendall(
                b"POST /t?time=1 HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'
            )
            assert sock.recv(999).startswith(b"HTTP/1.1 204 No Content\r\n")
    assert [record["a"] for _tag, _time, record in router.events] == [1, 1]
    assert router.events[0][2]["HTTP_CONTENT_TYPE"] == "application/json"


def event_time(seconds, nanos):
    return msgpack.ExtType(0, seconds.to_bytes(4) + nanos.to_bytes(4))


PACKED = msgpack.packb([5, {"a": 1}]) + msgpack.packb([event_time(6, 7), {"a": 2}])
BOTH = [("t", 5 * 10**9, {"a": 1}), ("t", 6 * 10**9 + 7, {"a": 2})]


@pytest.mark.parametrize(
    ("message", "want"),
    [
        (["t", 5, {"a": 1}, {"chunk": "c"}], BOTH[:1]),
        (["t", [[5, {"a": 1}], [event_time(6, 7), {"a": 2}]], {"chunk": "c"}], BOTH),
        (["t", PACKED, {"chunk": "c", "size": 2}], BOTH),
        (["t", gzip.compress(PACKED), {"chunk": "c", "compressed": "gzip"}], BOTH),
        (["t", [[5, {"a": 1}], ["x", {}], [6, "no record"]], {"chunk": "c"}], BOTH[:1]),
        (["t", 1500000000.25, {"a": 1}, {"chunk": "c"}], [("t", 1500000000250000000, {"a": 1})]),
        (["t", -5, {"a": event_time(7, 5)}, {"chunk": "c"}], [("t", -5 * 10**9, {"a": 7})]),
        ([b"t", [[[5, {}], {"a": 1}]], {"fluent_signal": 0, "chunk": "c"}], BOTH[:1]),
    ],
)
def test_forward(running, message, want):
    router, port = running({"@type": "forward"})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(msgpack.packb(message))
        assert msgpack.unpackb(sock.recv(999)) == {"ack": "c"}
    assert router.events == want


def test_keys_that_are_no_text_come_out_as_ruby_writes_them(running):
    router, port = running({"@type": "forward"})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(msgpack.packb(["t", 5, {5: 1, None: {True: 2}}]))
    ((_tag, _time, record),) = router.wait(1)
    assert dump(record) == b'{"5":1,"":{"true":2}}'


@pytest.mark.parametrize("chunk", ["", 5, b"\0\xff"])
def test_forward_acknowledges_any_chunk(running, chunk):
    _router, port = running({"@type": "forward"})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(msgpack.packb(["t", 5, {}, {"chunk": chunk}]))
        assert msgpack.unpackb(sock.recv(999)) == {"ack": chunk}


def test_forward_takes_what_came_with_the_last_message(running):
    router, port = running({"@type": "forward", "deny_keepalive": "true"})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(msgpack.packb(["t", 5, {"n": 1}]) + msgpack.packb(["t", 6, {"n": 2}]))
        assert sock.recv(9) == b""
    assert [record["n"] for _tag, _time, record in router.events] == [1, 2]


def test_forward_json_and_heartbeat(running):
    router, port = running({"@type": "forward", "add_tag_prefix": "in"})
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall('["t",5,{"a":"é"},{"chunk":"c"}]'.encode())
        assert json.loads(sock.recv(999)) == {"ack": "c"}
    assert router.events == [("in.t", 5 * 10**9, {"a": "é"})]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.sendto(b"\0", ("127.0.0.1", port))
        assert sock.recv(9) == b"\0"


@pytest.mark.parametrize(
    ("key", "password", "accepted", "reason"),
    [
        ("secret", "pw", True, ""),
        ("wrong", "pw", False, "shared_key mismatch"),
        ("secret", "wrong", False, "username/password mismatch"),
    ],
)
def test_forward_security(running, key, password, accepted, reason):
    user = section("user", {"username": "u", "password": "pw"})
    options = {"self_hostname": "me", "shared_key": "secret", "user_auth": "true"}
    router, port = running({"@type": "forward"}, section("security", options, user))
    with socket.create_connection(("127.0.0.1", port)) as sock:
        kind, hello = msgpack.unpackb(sock.recv(999))
        assert kind == "HELO"
        digest = hashlib.sha512(b"salt" + b"client" + hello["nonce"] + key.encode()).hexdigest()
        secret = hashlib.sha512(hello["auth"] + b"u" + password.encode()).hexdigest()
        sock.sendall(msgpack.packb(["PING", "client", b"salt", digest, "u", secret]))
        pong = msgpack.unpackb(sock.recv(999))
        assert pong[:3] == ["PONG", accepted, reason]
        if accepted:
            assert pong[4] == hashlib.sha512(b"salt" + b"me" + hello["nonce"] + b"secret").hexdigest()
            sock.sendall(msgpack.packb(["t", 5, {"a": 1}]))
    assert router.wait(int(accepted)) == (BOTH[:1] if accepted else [])


def certificate_authority(folder):
    """A CA whose key has the passphrase pw."""
    cert, key = folder / "ca.crt", folder / "ca.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:pw", "-subj", "/CN=ca",
         "-keyout", key, "-out", cert], check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.mark.parametrize("trusted", [False, True])
def test_tls_with_a_certificate_made_at_the_start(running, tmp_path, trusted):
    options = {"insecure": "true", "generate_cert_common_name": "logs.example"}
    context = ssl.create_default_context()
    context.check_hostname = False
    if trusted:
        cert, key = certificate_authority(tmp_path)
        options |= {"ca_cert_path": cert, "ca_private_key_path": key, "ca_private_key_passphrase": "pw"}
        context.load_verify_locations(cert)
    else:
        context.verify_mode = ssl.CERT_NONE
    router, port = running({"@type": "forward"}, section("transport", options, arg="tls"))
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port))) as sock:
        sock.sendall(msgpack.packb(["t", 5, {"a": 1}, {"chunk": "c"}]))
        assert msgpack.unpackb(sock.recv(999)) == {"ack": "c"}
        if trusted:
            assert (("commonName", "logs.example"),) in sock.getpeercert()["subject"]
    assert router.events == BOTH[:1]


def send(port, data):
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(1)


def test_tcp(running):
    parse = section("parse", {"@type": "json"})
    extract = section("extract", {"tag_key": "to", "time_key": "at"})
    options = {"@type": "tcp", "tag": "t", "message_length_limit": 40, "source_address_key": "from"}
    router, port = running(options, parse, extract)
    send(port, b'{"time":1,"a":1}\nbad\n{"time":2,"to":"x"}\n' + b"y" * 60 + b'\n{"time":3}\n')
    assert sorted(router.wait(3), key=lambda event: event[1]) == [
        ("t", 10**9, {"a": 1, "from": "127.0.0.1"}),
        ("x", 2 * 10**9, {"from": "127.0.0.1"}),
        ("t", 3 * 10**9, {"from": "127.0.0.1"}),
    ]


def test_udp(running):
    router, port = running(
        {"@type": "udp", "tag": "u"},
        section("parse", {"@type": "none"}),
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"hello\n", ("127.0.0.1", port))
    assert [(tag, record) for tag, _time, record in router.wait(1)] == [("u", {"message": "hello"})]


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_binary_messages(running, kind):
    router, port = running(
        {"@type": kind, "tag": "t"}, section("parse", {"@type": "msgpack", "time_key": "at"})
    )
    message = msgpack.packb({"at": "2020-01-01 00:00:00 +0000", "é": 200})
    if kind == "tcp":
        send(port, message + b"\n")
    else:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(message, ("127.0.0.1", port))
    assert router.wait(1) == [("t", 1577836800 * 10**9, {"é": 200})]


def test_listeners_stop_at_once(running, monkeypatch):
    monkeypatch.setattr("kelp.agent.listen.tcp._ACCEPT_SECONDS", 3600)
    names = set()
    for kind in ("tcp", "udp", "forward"):
        options = {"@type": kind} if kind == "forward" else {"@type": kind, "tag": "t"}
        _, port = running(options, *([] if kind == "forward" else [section("parse", {"@type": "none"})]))
        names |= {f"listen-{port}", f"udp-{port}"}
    assert len(names & {one.name for one in threading.enumerate()}) == 4
    while running.made:
        running.made.pop().stop()
    wait_for(lambda: not names & {one.name for one in threading.enumerate()})


NEW = b"<16>1 2017-02-06T13:14:15.003Z h app 1 ID - Hi"


@pytest.mark.parametrize(
    ("frame", "data"), [("traditional", NEW + b"\n"), ("octet_count", b"\n%d " % len(NEW) + NEW + b"\n")]
)
def test_syslog_over_tcp(running, frame, data):
    options = {
        "@type": "syslog",
        "tag": "s",
        "frame_type": frame,
        "severity_key": "sev",
        "facility_key": "fac",
    }
    parse = section("parse", {"message_format": "auto"})
    router, port = running(options, section("transport", {}, arg="tcp"), parse)
    send(port, data)
    (event,) = router.wait(1)
    assert event[:2] == ("s.mail.emerg", 1486386855003000000)
    assert event[2] == {
        "host": "h", "ident": "app", "pid": "1", "msgid": "ID", "extradata": "-", "message": "Hi", "sev": "emerg", "fac": "mail",
    }  # fmt: skip


def test_syslog_frames_before_a_broken_one(running):
    options = {"@type": "syslog", "tag": "s", "frame_type": "octet_count"}
    parse = section("parse", {"message_format": "auto"})
    router, port = running(options, section("transport", {}, arg="tcp"), parse)
    send(port, b"%d " % len(NEW) + NEW + b"broken frame")
    assert [event[0] for event in router.wait(1)] == ["s.mail.emerg"]


@pytest.mark.parametrize(
    ("priority", "tag"), [("191", "s.local7.debug"), ("192", "s..emerg"), ("-1", "s..debug")]
)
def test_syslog_of_any_priority(running, priority, tag):
    options = {"@type": "syslog", "tag": "s"}
    router, port = running(options, section("parse", {"@type": "syslog", "parser_engine": "string"}))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(f"<{priority}>Sep 10 00:00:00 h app: hi".encode(), ("127.0.0.1", port))
    assert [event[0] for event in router.wait(1)] == [tag]


def test_sample(running):
    router, _ = running(
        {"@type": "sample", "tag": "s", "rate": 50, "sample": '{"a":1}', "auto_increment_key": "n"}
    )
    records = [record for _tag, _time, record in router.wait(5)]
    assert records[:3] == [{"a": 1, "n": n} for n in range(3)]


@pytest.mark.parametrize("options", [{"rate": 0}, {"size": 0}])
def test_sample_of_nothing(running, options):
    router, _ = running({"@type": "sample", "tag": "s", **options})
    time.sleep(0.2)
    assert router.events == []


def test_busy_port_is_named(running):
    _router, port = running({"@type": "tcp", "tag": "t"}, section("parse", {"@type": "none"}))
    with pytest.raises(
        KelpError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use; free the port"
    ):
        running({"@type": "tcp", "tag": "t", "port": port}, section("parse", {"@type": "none"}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"@type": "sample", "tag": "t", "sample": "{"}, "option 'sample' must be JSON"),
        ({"@type": "sample", "tag": "t", "sample": "[1]"}, "must hold objects, got 1 at 0"),
        ({"@type": "http", "cors_allow_credentials": "true"}, "cors_allow_credentials needs named origins"),
        ({"@type": "forward", "tag": ""}, "option 'tag' must not be empty"),
        ({"@type": "tcp", "tag": "t"}, "section <parse> is required"),
        ({"@type": "forward", "transport": ("udp", {})}, "transport must be one of tcp, tls, got 'udp'"),
        ({"@type": "syslog", "tag": "t", "transport": ("sctp", {})}, "must be one of tcp, udp, tls, got 'sctp'"),
        ({"@type": "forward", "transport": ("tls", {})}, "transport tls needs cert_path and private_key_path, or ca_cert_path"),
        ({"@type": "forward", "transport": ("tls", {"cert_path": "/none", "private_key_path": "/none"})}, "cannot load the certificate or its key: .*No such file"),
        ({"@type": "forward", "transport": ("tls", {"insecure": "true", "min_version": "TLSv1_3"})}, "min_version and max_version must be set together"),
        ({"@type": "systemd", "tag": "t", "matches": "[1]"}, "option 'matches' must hold objects"),
        ({"@type": "tail", "tag": "t", "path": "/x", "format": "none", "follow_inodes": "true"}, "follow_inodes needs pos_file"),
        ({"@type": "tail", "tag": "t", "path": "/x", "format": "none", "from_encoding": "utf-16"}, "from_encoding needs encoding"),
        ({"@type": "tail", "tag": "t", "path": "/x", "format": "none", "encoding": "klingon"}, "unknown encoding 'klingon'"),
        ({"@type": "tail", "tag": "t", "path": "/x"}, "section <parse> is required"),
    ],
)  # fmt: skip
def test_faults(running, options, message):
    inner = []
    if "transport" in options:
        kind, settings = options["transport"]
        options = {name: value for name, value in options.items() if name != "transport"}
        inner = [section("transport", settings, arg=kind)]
    with pytest.raises(ConfigError, match=message):
        running(options, *inner)

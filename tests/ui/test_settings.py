import ssl
from pathlib import Path

import pytest

from kelp.common.errors import KelpError
from kelp.ui.settings import Settings, check, is_loopback, parse_base_path, parse_hosts, tls_context


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("http://a:9200", ("http://a:9200",)),
        (" http://a:9200/ , https://b/es ", ("http://a:9200", "https://b/es")),
        ('["http://a:9200","http://b:9200"]', ("http://a:9200", "http://b:9200")),
        ("[http://a:9200]", ("http://a:9200",)),
        ("http://[::1]:9200", ("http://[::1]:9200",)),
    ],
)
def test_hosts(text: str, hosts: tuple[str, ...]) -> None:
    assert parse_hosts(text) == hosts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot use the Elasticsearch address '': name one, such as http://127.0.0.1:9200"),
        (
            "a:9200",
            "cannot use the Elasticsearch address 'a:9200': no http or https URL; write it as http://host:port",
        ),
        (
            "http://a:x",
            "cannot use the Elasticsearch address 'http://a:x': "
            "Port could not be cast to integer value as 'x'; write it as http://host:port",
        ),
        (
            "file:///etc",
            "cannot use the Elasticsearch address 'file:///etc': no http or https URL; write it as http://host:port",
        ),
    ],
)
def test_wrong_hosts(text: str, message: str) -> None:
    with pytest.raises(KelpError) as caught:
        parse_hosts(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(("text", "path"), [("", ""), ("/", ""), ("/a/b/", "/a/b")])
def test_base_path(text: str, path: str) -> None:
    assert parse_base_path(text) == path


def test_wrong_base_path() -> None:
    with pytest.raises(KelpError, match="cannot use the base path 'a': it must begin with a slash"):
        parse_base_path("a")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("192.168.0.2", False),
        ("127.0.0.1.evil.com", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


ES = ("http://a:9200",)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(ES),
        Settings(ES, host="0.0.0.0", insecure=True),
        Settings(ES, host="0.0.0.0", username="u", password="p"),
    ],
)
def test_allowed(settings: Settings) -> None:
    check(settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            Settings(ES, host="0.0.0.0"),
            "cannot listen on 0.0.0.0: other machines could read all logs; "
            "give --user and --password, or --insecure if something else protects the page",
        ),
        (Settings(ES, username="u"), "cannot protect the page: --password is missing"),
        (Settings(ES, password="p"), "cannot protect the page: --user is missing"),
    ],
)
def test_refused(settings: Settings, message: str) -> None:
    with pytest.raises(KelpError) as caught:
        check(settings)
    assert str(caught.value) == message


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(ES, password="geheim", elasticsearch_password="secret"))
    assert "geheim" not in shown
    assert "secret" not in shown


@pytest.mark.parametrize(
    ("mode", "host_name", "certificate"),
    [
        ("full", True, ssl.CERT_REQUIRED),
        ("certificate", False, ssl.CERT_REQUIRED),
        ("none", False, ssl.CERT_NONE),
    ],
)
def test_tls(mode: str, host_name: bool, certificate: ssl.VerifyMode) -> None:
    context = tls_context(Settings(ES, elasticsearch_verify=mode))
    assert (context.check_hostname, context.verify_mode) == (host_name, certificate)


def test_wrong_authorities(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    with pytest.raises(KelpError, match=r"cannot read the CA file .*/ca\.pem: "):
        tls_context(Settings(ES, elasticsearch_ca=str(file)))

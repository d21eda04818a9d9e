"""The s3 output."""

import gzip
import lzma
from pathlib import Path
from typing import Any

import pytest

from kelp.agent.buffer.chunk import decompress
from kelp.agent.config import ConfigError
from kelp.agent.output.s3.client import S3Error
from tests.agent.output_driver import T0, Running, make, running
from tests.agent.s3_sink import Sink, s3_sink
from tests.agent.waiting import wait_for

KEYS = "aws_key_id AKID\naws_sec_key secret"
JSON = "<format>\n@type json\n</format>"
TIME = "<buffer time>\ntimekey {}\ntimekey_use_utc true\n</buffer>"


@pytest.fixture(autouse=True)
def _no_credentials_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


def config(sink: Sink, options: str = "", credentials: str = KEYS) -> str:
    place = f"s3_bucket logs\ns3_endpoint http://127.0.0.1:{sink.port}\nforce_path_style true"
    return f"@type s3\n{place}\n{credentials}\n{JSON}\n{options}"


def flush(driver: Running) -> None:
    driver.output.flush()
    wait_for(lambda: driver.output.chunks.size == 0)


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        (TIME.format("1d"), ["20261123_0.gz", "20261123_1.gz"]),
        ("path logs/\n" + TIME.format("1h"), ["logs/2026112310_0.gz", "logs/2026112310_1.gz"]),
        ("path l/\ntime_slice_format %Y/%m\nindex_format %03x\n" + TIME.format("1h"), ["l/2026/11_000.gz", "l/2026/11_001.gz"]),
        ("path ${tag[1]}/%d/\n<buffer tag,time>\ntimekey 1d\ntimekey_use_utc true\n</buffer>",
         ["web/23/20261123_0.gz", "web/23/20261123_1.gz"]),
        ("s3_object_key_format %{path}%Y/%m/%d/cluster-log-%{index}.%{file_extension}\npath log\n" + TIME.format("1d"),
         ["log2026/11/23/cluster-log-0.gz", "log2026/11/23/cluster-log-1.gz"]),
        ("s3_object_key_format ${a}-%{index}\n<buffer a>\n</buffer>", ["1-0", "1-1"]),
        ("check_object false\ns3_object_key_format x.%{file_extension}\n<buffer []>\n</buffer>", ["x.gz"]),
        ("overwrite true\ns3_object_key_format x\n<buffer []>\n</buffer>", ["x"]),
    ],
)  # fmt: skip
def test_keys(options: str, keys: list[str]) -> None:
    with s3_sink("logs") as sink, running(config(sink, options)) as driver:
        for _ in range(2):
            driver.emit("app.web", (T0, {"a": 1}))
            flush(driver)
        assert sink.keys == keys


def test_random_parts_of_keys() -> None:
    options = "s3_object_key_format %{hex_random}/%{uuid_flush}/${chunk_id}\nhex_random_length 6\n<buffer []>\n</buffer>"
    with s3_sink("logs") as sink, running(config(sink, options)) as driver:
        driver.emit("a", (T0, {"a": 1}))
        flush(driver)
        ((random, flush_id, chunk_id),) = [key.split("/") for key in sink.keys]
    assert (random, len(flush_id), len(chunk_id)) == (chunk_id[::-1][:6], 36, 32)


@pytest.mark.parametrize(
    ("store_as", "extension", "content_type", "unpack"),
    [
        ("gzip", "gz", "application/x-gzip", gzip.decompress),
        ("gzip_command", "gz", "application/x-gzip", gzip.decompress),
        ("zstd", "zst", "application/x-zst", lambda data: decompress(data, "zstd")),
        ("lzma2", "xz", "application/x-xz", lzma.decompress),
        ("json", "json", "application/json", bytes),
        ("text", "txt", "text/plain", bytes),
    ],
)
@pytest.mark.parametrize("buffer", ["text", "gzip", "zstd"])
def test_forms(store_as: str, extension: str, content_type: str, unpack: Any, buffer: str) -> None:
    options = f"store_as {store_as}\ns3_object_key_format x.%{{file_extension}}\n<buffer []>\ncompress {buffer}\n</buffer>"
    with s3_sink("logs") as sink, running(config(sink, options)) as driver:
        driver.emit("a", (T0, {"a": 1}), (T0, {"b": 2}))
        flush(driver)
        ((key, (body, headers)),) = sink.buckets["logs"].items()
    assert (key, headers["content-type"]) == (f"x.{extension}", content_type)
    assert unpack(body) == b'{"a":1}\n{"b":2}\n'


def test_options_of_objects() -> None:
    options = (
        "storage_class STANDARD_IA\nacl private\nuse_server_side_encryption aws:kms\nssekms_key_id k\ntagging a=b\n"
        's3_metadata {"tag":"${tag}","n":"%{index}"}\n<buffer tag>\n</buffer>\n<inject>\ntag_key t\n</inject>'
    )
    with s3_sink("logs") as sink, running(config(sink, options)) as driver:
        driver.emit("web", (T0, {"a": 1}))
        flush(driver)
        (((body, headers)),) = sink.buckets["logs"].values()
    wanted = {"x-amz-storage-class": "STANDARD_IA", "x-amz-acl": "private", "x-amz-tagging": "a=b",
              "x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "k",
              "x-amz-meta-tag": "web", "x-amz-meta-n": "0"}  # fmt: skip
    assert wanted.items() <= headers.items()
    assert gzip.decompress(body) == b'{"a":1,"t":"web"}\n'


def test_failures_are_retried() -> None:
    buffer = "<buffer []>\nflush_mode immediate\nretry_wait 0.05\n</buffer>"
    with s3_sink("logs") as sink, running(config(sink, buffer)) as driver:
        sink.failures = [("PUT", 503), ("PUT", 500)]
        driver.emit("a", (T0, {"a": 1}))
        wait_for(lambda: driver.output.chunks.size == 0)
        assert [method for method, _, _ in sink.requests].count("PUT") == 3
        assert len(sink.keys) == 1


def test_a_taken_key_without_index_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    buffer = "s3_object_key_format x\n<buffer []>\nflush_mode immediate\nretry_max_times 1\nretry_wait 0.05\n</buffer>"
    with s3_sink("logs") as sink:
        sink.buckets["logs"]["x"] = (b"old", {})
        with running(config(sink, buffer)) as driver:
            driver.emit("a", (T0, {"a": 1}))
            wait_for(lambda: driver.output.chunks.size == 0)
        assert sink.buckets["logs"]["x"][0] == b"old"
    assert "cannot write object x: it exists; put %{index} into s3_object_key_format" in repr(
        [vars(r) for r in caplog.records]
    )


def test_buckets_at_start() -> None:
    with s3_sink() as sink:
        with running(config(sink)):
            assert list(sink.buckets) == ["logs"]
        sink.buckets.clear()
        with pytest.raises(S3Error) as caught:
            make(config(sink, "auto_create_bucket false")).start()
        assert "cannot write to bucket logs: it does not exist" in str(caught.value)
        sink.failures = [("GET", 403)]
        with pytest.raises(S3Error) as caught:
            make(config(sink)).start()
        assert "cannot read bucket logs: check credentials and s3_region" in str(caught.value)
        with running(config(sink, "check_apikey_on_start false\ncheck_bucket false")):
            assert sink.buckets == {}


def test_lifecycle_rules() -> None:
    rule = "<bucket_lifecycle_rule>\nid old\nprefix a/\nexpiration_days 7\n</bucket_lifecycle_rule>"
    with s3_sink("logs") as sink, running(config(sink, rule)):
        body = sink.buckets["logs"]["?lifecycle"][0].decode()
    for part in ("<ID>old</ID>", "<Prefix>a/</Prefix>", "<Days>7</Days>", "<Status>Enabled</Status>"):
        assert part in body


def test_credentials(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token")
    (tmp_path / "shared").write_text("[p]\naws_access_key_id = SHARED\naws_secret_access_key = s\n")
    process = tmp_path / "process"
    process.write_text('#!/bin/sh\necho \'{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"}\'\n')
    process.chmod(0o755)
    with s3_sink("logs") as sink:
        role = f"role_arn arn:aws:iam::1:role/r-long-enough\nrole_session_name name\nsts_endpoint_url http://127.0.0.1:{sink.port}"
        cases = {
            KEYS: "AKID",
            f"aws_credential_process {process}": "PROCESS",
            f"<shared_credentials>\npath {tmp_path}/shared\nprofile_name p\n</shared_credentials>": "SHARED",
            f"<instance_profile_credentials>\nip_address 127.0.0.1\nport {sink.port}\nhttp_read_timeout 60\n</instance_profile_credentials>": "INSTANCE",
            f"{KEYS}\n<assume_role_credentials>\n{role}\nexternal_id ext\n</assume_role_credentials>": "AssumeRole",
            f"<web_identity_credentials>\n{role}\nweb_identity_token_file {tmp_path}/token\n</web_identity_credentials>":
                "AssumeRoleWithWebIdentity",
        }  # fmt: skip
        found = {}
        for credentials in cases:
            with running(config(sink, credentials=credentials)):
                found[credentials] = sink.key_id()
        assert found == cases
        assumed, by_token = sink.sts
    assert (assumed["RoleSessionName"], assumed["ExternalId"]) == ("name", "ext")
    assert by_token["WebIdentityToken"] == "token"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "option 's3_bucket' is required"),
        ("s3_bucket b\nstore_as lzo", "option 'store_as' must be one of gzip, gzip_command, zstd, lzma2, json, text, txt"),
        ("s3_bucket b\ns3_endpoint s3.eu-west-1.amazonaws.com", "option 's3_endpoint' is for compatible services"),
        ("s3_bucket b\nhex_random_length 17", "option 'hex_random_length' must lie between 1 and 16"),
        ("s3_bucket b\nindex_format %5d", "option 'index_format' must be like %d, %04d or %x, got '%5d'"),
        ("s3_bucket b\ns3_object_key_format %{uuid}", "placeholder %{uuid} was removed; use %{uuid_flush}"),
    ],
)  # fmt: skip
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"@type s3\n{options}")
    assert message in str(caught.value)

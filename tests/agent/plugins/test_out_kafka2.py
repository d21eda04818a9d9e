"""The kafka2 output, against librdkafka's own mock brokers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from kelp.agent.config import ConfigError
from kelp.agent.output.kafka.producer import KafkaError, crc32, murmur2
from kelp.agent.plugins.out_kafka2 import Kafka2Output
from tests.agent.output_driver import NS, T0, make, running
from tests.agent.waiting import PATIENCE, wait_for

PARTITIONS = 4  # of a mock topic


@dataclass
class Cluster:
    """Mock brokers, alive as long as their producer."""

    producer: Producer
    brokers: str

    def messages(self, topic: str, count: int) -> list[Any]:
        """The next `count` messages of a topic."""
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": "test", "log_level": 0})
        consumer.assign([TopicPartition(topic, n, 0) for n in range(PARTITIONS)])
        found: list[Any] = []
        deadline = time.monotonic() + PATIENCE
        while len(found) < count and time.monotonic() < deadline:
            message = consumer.poll(0.2)
            if message is not None and message.error() is None:
                found.append(message)
        consumer.close()
        assert len(found) == count
        return found


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    producer = Producer({"test.mock.num.brokers": 2, "log_level": 0})
    found = producer.list_topics(timeout=PATIENCE).brokers.values()
    return Cluster(producer, ",".join(f"{one.host}:{one.port}" for one in found))


def send(cluster: Cluster, options: str, *records: dict[str, Any], tag: str = "app.web") -> None:
    """Send records in one chunk, until the brokers have them."""
    with running(f"@type kafka2\nbrokers {cluster.brokers}\n{options}") as driver:
        driver.emit(tag, *[(T0 + n * NS, record) for n, record in enumerate(records)])
        driver.output.flush()
        wait_for(lambda: driver.output.chunks.size == 0)
        assert driver.output.stats.num_errors == 0


@pytest.mark.parametrize(
    ("options", "topic"),
    [
        ("default_topic one", "one"),
        ("", "of-record"),
        ("topic_key t\n<buffer t>\n</buffer>", "of-t"),
        ("topic log-${tag[1]}\n<buffer tag>\n</buffer>", "log-web"),
        ("<buffer tag>\n</buffer>", "app.web"),
    ],
)
def test_topics(cluster: Cluster, options: str, topic: str) -> None:
    record: dict[str, Any] = {"of-record": {"topic": topic}, "of-t": {"t": topic}}.get(topic, {"a": topic})
    send(cluster, options, record)
    (message,) = cluster.messages(topic, 1)
    assert message.value().decode() == str(record).replace("'", '"').replace(": ", ":")


def test_messages(cluster: Cluster) -> None:
    options = (
        'default_topic m\nuse_event_time true\nheaders {"h":"1"}\nheaders_from_record {"ns":"$.k.ns"}\n'
        "exclude_fields $.k.x\nexclude_message_key true\n<inject>\ntag_key tag\n</inject>"
    )
    send(cluster, options, {"message_key": "K", "k": {"ns": "a", "x": 1}}, {"b": 2})
    first, second = sorted(cluster.messages("m", 2), key=lambda message: message.timestamp()[1])
    assert (first.value(), first.key(), first.headers()) == (
        b'{"k":{"ns":"a"},"tag":"app.web"}', b"K", [("h", b"1"), ("ns", b"a")]
    )  # fmt: skip
    assert (second.value(), second.key(), second.headers()) == (
        b'{"b":2,"tag":"app.web"}',
        None,
        [("h", b"1"), ("ns", None)],
    )
    assert first.timestamp() == (1, T0 // 10**6)


@pytest.mark.parametrize(
    ("options", "record", "partition"),
    [
        ("", {"partition": 3}, 3),
        ("default_partition 2", {}, 2),
        ("", {"partition_key": "abc"}, crc32(b"abc") % PARTITIONS),
        ("default_partition_key abc", {}, crc32(b"abc") % PARTITIONS),
        ("", {"message_key": "abc"}, crc32(b"abc") % PARTITIONS),
        ("partitioner_hash_function murmur2", {"message_key": "abc"}, murmur2(b"abc") % PARTITIONS),
        ("partitioner_hash_function murmur2", {"partition_key": "abcde"}, murmur2(b"abcde") % PARTITIONS),
    ],
)
def test_partitions(
    cluster: Cluster, options: str, record: dict[str, Any], partition: int, request: Any
) -> None:
    topic = f"p{abs(hash(request.node.name))}"
    send(cluster, f"default_topic {topic}\n{options}", record)
    (message,) = cluster.messages(topic, 1)
    assert message.partition() == partition


def test_murmur2_is_that_of_java() -> None:
    """Values of Kafka's own test, org.apache.kafka.common.utils.UtilsTest."""
    wanted = {"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536,
              "a-little-bit-longer-string": -1486304829, "abc": 479470107}  # fmt: skip
    assert {text: murmur2(text.encode()) for text in wanted} == {
        text: value & 0x7FFFFFFF for text, value in wanted.items()
    }


@pytest.mark.parametrize(
    ("options", "record", "value"),
    [
        ("<format>\n@type ltsv\n</format>", {"a": 1, "b": "x"}, b"a:1\tb:x"),
        ("<format>\n@type single_value\nadd_newline false\n</format>", {"message": "m"}, b"m"),
        ("record_key $.in", {"in": {"x": 1}}, b'{"x":1}'),
        ("record_key $.in", {"in": "text"}, b'"text"'),
        ("exclude_topic_key true\n<buffer []>\n</buffer>", {"topic": "x", "a": 1}, b'{"a":1}'),
        ("exclude_partition true\nexclude_partition_key true", {"partition": 1, "partition_key": "k", "a": 1}, b'{"a":1}'),
    ],
)  # fmt: skip
def test_values(cluster: Cluster, options: str, record: dict[str, Any], value: bytes, request: Any) -> None:
    topic = f"v{abs(hash(request.node.name))}"
    send(cluster, f"default_topic {topic}\n{options}", record)
    (message,) = cluster.messages(topic, 1)
    assert message.value() == value


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_packing_and_limit(cluster: Cluster, codec: str) -> None:
    options = f"default_topic c-{codec}\ncompression_codec {codec}\nmax_send_limit_bytes 50\nrequired_acks 1\nack_timeout 60"
    send(cluster, options, {"a": "x" * 100}, {"a": "y"})
    (message,) = cluster.messages(f"c-{codec}", 1)
    assert message.value() == b'{"a":"y"}'


def test_many(cluster: Cluster) -> None:
    send(cluster, "default_topic many\nidempotent true", *[{"n": n} for n in range(5000)])
    assert len({message.value() for message in cluster.messages("many", 5000)}) == 5000


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ("", "retried"),
        ("discard_kafka_delivery_failed true", "dropped"),
        ("ignore_exceptions Kafka::DeliveryFailed\nexception_backup false", "dropped"),
        ("ignore_exceptions Kafka::DeliveryFailed", "backup"),
    ],
)
def test_brokers_that_are_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str, outcome: str
) -> None:
    monkeypatch.setattr("kelp.agent.output.kafka.settings.DELIVERY_TIMEOUT", 0.2)
    monkeypatch.setattr("kelp.agent.plugins.out_kafka2.producer_settings", _impatient)
    buffer = "<buffer []>\nflush_mode immediate\nretry_max_times 1\nretry_wait 0.05\n</buffer>"
    text = f"@type kafka2\n@id k\nbrokers 127.0.0.1:1\ndefault_topic x\n{options}\n{buffer}"
    with running(text, tmp_path) as driver:
        driver.emit("t", (T0, {"a": 1}))
        wait_for(lambda: driver.output.chunks.size == 0)
        assert (driver.output.stats.num_errors > 0) == (outcome == "retried")
    assert len(list(tmp_path.glob("backup/worker0/k/*"))) == (outcome == "backup")


def _impatient(options: Kafka2Output) -> dict[str, Any]:
    return {"bootstrap.servers": "127.0.0.1:1", "message.timeout.ms": 100, "log_level": 0}


def test_unknown_topics_go_to_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = make(
        "@type kafka2\ndefault_topic d\nuse_default_for_unknown_topic true\ntopic x\n<buffer []>\n</buffer>"
    )
    sent: list[str] = []

    class Fake:
        def send(self, topic: str, messages: Any) -> int:
            sent.append(topic)
            if topic == "x":
                raise KafkaError("no such topic", unknown_topic=True)
            return len(list(messages))

    output = driver.output
    output._producer = Fake()
    driver.emit("t", (T0, {"a": 1}))
    output.chunks.enqueue_all()
    output.write(output.chunks.dequeue())
    assert sent == ["x", "d"]


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ("", {"bootstrap.servers": "localhost:9092", "security.protocol": "PLAINTEXT", "acks": "all",
              "client.id": "fluentd", "message.send.max.retries": 2}),
        ("brokers a:1,b:2\nrequired_acks 0\nmax_send_retries 5", {"bootstrap.servers": "a:1,b:2", "acks": 0,
                                                                  "message.send.max.retries": 5}),
        ("username u\npassword p\nsasl_over_ssl false",
         {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "u", "sasl.password": "p"}),
        ("username u\npassword p\nscram_mechanism sha512\nssl_ca_certs_from_system true",
         {"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512"}),
        ("ssl_ca_cert {0},{0}\nssl_client_cert {0}\nssl_client_cert_chain {0}\nssl_client_cert_key {0}\nssl_verify_hostname false",
         {"security.protocol": "SSL", "ssl.ca.pem": "PEM\nPEM", "ssl.certificate.pem": "PEM\nPEM", "ssl.key.pem": "PEM",
          "ssl.endpoint.identification.algorithm": "none"}),
        ("principal p\nkeytab /k\nservice_name kafka\nsasl_over_ssl false",
         {"sasl.mechanism": "GSSAPI", "sasl.kerberos.principal": "p", "sasl.kerberos.keytab": "/k"}),
        ('rdkafka_options {{"linger.ms":"7"}}', {"linger.ms": "7"}),
    ],
)  # fmt: skip
def test_settings(tmp_path: Path, options: str, settings: dict[str, Any]) -> None:
    (tmp_path / "pem").write_text("PEM")
    output = make("@type kafka2\ndefault_topic t\n" + options.format(tmp_path / "pem")).output
    assert settings.items() <= output._settings.items()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("brokers []", "option 'brokers' must name a broker"),
        ("compression_codec lzo", "option 'compression_codec' must be one of gzip, snappy, lz4, zstd, none, got 'lzo'"),
        ("use_default_for_unknown_topic true", "use_default_for_unknown_topic needs the option 'default_topic'"),
        ("topic a-${tag}", "option 'topic' (a-${tag}) has tag placeholders, but 'tag' is no chunk key"),
        ("username u\npassword p", "to sign in over TLS set ssl_ca_cert or ssl_ca_certs_from_system"),
        ("ssl_ca_cert /no/such", "cannot read ssl_ca_cert /no/such: No such file or directory"),
        ("sasl_aws_msk_iam_access_key_id k", "signing in to MSK with IAM is not supported"),
        ("exclude_fields $[a", "headers_from_record, exclude_fields and record_key must hold a field path"),
    ],
)  # fmt: skip
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(f"@type kafka2\n{options}")
    assert message in str(caught.value)

"""The Kafka outputs under their other names."""

import msgpack
import pytest

from kelp.agent.config import ConfigError
from kelp.agent.output.kafka.messages import unpack
from tests.agent.output_driver import T0, make


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ("", b'{"a":1}'),
        ("output_include_tag true\noutput_include_time true", b'{"a":1,"tag":"app","time":1795428000}'),
        ("output_include_time true\ntime_format %Y", b'{"a":1,"time":"2026"}'),
        ("output_data_type ltsv", b"a:1"),
        ("output_data_type msgpack", msgpack.packb({"a": 1})),
    ],
)
def test_kafka_buffered(options: str, value: bytes) -> None:
    driver = make(f"@type kafka_buffered\nbrokers a:1\nbuffer_type memory\nflush_interval 5\n{options}")
    driver.emit("app", (T0, {"a": 1}))
    driver.output.chunks.enqueue_all()
    chunk = driver.output.chunks.dequeue()
    assert [message.value for message in unpack(chunk.read())] == [value]
    assert driver.output._topic(chunk) == "app"


def test_rdkafka2_settings() -> None:
    options = "rdkafka_buffering_max_ms 7\nrdkafka_message_max_bytes 9\nusername u\npassword p"
    settings = make(f"@type rdkafka2\nbrokers a:1,b:2\ndefault_topic t\n{options}").output._settings
    wanted = {"queue.buffering.max.ms": 7, "message.max.bytes": 9, "security.protocol": "SASL_PLAINTEXT"}
    assert wanted.items() <= settings.items()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@type kafka_buffered\nzookeeper z:2181", "option 'zookeeper' is not supported; name the brokers with 'brokers'"),
        ("@type kafka_buffered\noutput_data_type attr:a", "option 'output_data_type' must be one of json, ltsv, msgpack"),
        ("@type rdkafka2\nmax_enqueue_bytes_per_second 1k", "option 'max_enqueue_bytes_per_second' is not supported"),
    ],
)  # fmt: skip
def test_config_errors(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make(text)
    assert message in str(caught.value)

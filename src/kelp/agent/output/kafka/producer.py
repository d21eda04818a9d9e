"""Sends messages and waits until the brokers have them."""

import threading
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from kelp.agent.output.kafka.messages import Message
from kelp.agent.output.kafka.settings import DELIVERY_TIMEOUT
from kelp.agent.plugin import UnrecoverableError
from kelp.common.errors import KelpError

# librdkafka gives every message up by DELIVERY_TIMEOUT; its reports take a moment.
_FLUSH_TIMEOUT = DELIVERY_TIMEOUT + 10
_POLL_TIMEOUT = 0.05
_REPORT_TIMEOUT = 10.0
_METADATA_TIMEOUT = 10
_MOST_TOPICS = 1000


class KafkaError(KelpError):
    """Brokers did not take messages; `unknown_topic` where the topic does not exist."""

    def __init__(self, message: str, unknown_topic: bool = False) -> None:
        super().__init__(message)
        self.unknown_topic = unknown_topic


class Delivery:
    """The outcome of one chunk."""

    def __init__(self) -> None:
        self.left = 0
        self.error: Any = None
        self.done = threading.Condition()

    def note(self, error: Any, _message: Any) -> None:
        """Called by librdkafka for each message."""
        with self.done:
            self.left -= 1
            self.error = self.error or error
            if not self.left:
                self.done.notify_all()


class MessageProducer:
    """One librdkafka producer, shared by the flush threads."""

    def __init__(self, settings: dict[str, Any], hash_key: Callable[[bytes], int]) -> None:
        from confluent_kafka import Producer

        self._producer = Producer(settings)
        self._hash = hash_key
        self._partitions: dict[str, int] = {}

    def send(self, topic: str, messages: Iterable[Message]) -> int:
        """Deliver messages; returns how many. Raises KafkaError, or UnrecoverableError for one that never fits."""
        delivery = Delivery()
        count = 0
        try:
            for message in messages:
                self._produce(topic, message, delivery)
                count += 1
        finally:
            # Also behind a failure: librdkafka calls back for what it already has.
            self._wait(delivery)
        if delivery.error is not None:
            raise _failure(topic, delivery.error)
        return count

    def _produce(self, topic: str, message: Message, delivery: Delivery) -> None:
        from confluent_kafka import KafkaException

        options: dict[str, Any] = {"headers": message.headers} if message.headers else {}
        partition = self._partition(topic, message)
        if partition is not None:
            options["partition"] = partition
        with delivery.done:
            delivery.left += 1
        while True:
            try:
                self._producer.produce(
                    topic,
                    message.value,
                    message.key,
                    on_delivery=delivery.note,
                    timestamp=message.time_ms,
                    **options,
                )
                return
            except BufferError:
                self._producer.poll(_POLL_TIMEOUT)
            except KafkaException as error:
                with delivery.done:
                    delivery.left -= 1
                raise _failure(topic, error.args[0]) from error

    def _partition(self, topic: str, message: Message) -> int | None:
        if message.partition is not None or message.partition_key is None:
            return message.partition
        count = self._partitions.get(topic)
        if count is None:
            if len(self._partitions) >= _MOST_TOPICS:
                self._partitions.clear()
            count = self._partitions[topic] = self._count_partitions(topic)
        return self._hash(message.partition_key.encode("utf-8", "surrogateescape")) % count

    def _count_partitions(self, topic: str) -> int:
        from confluent_kafka import KafkaException

        try:
            found = self._producer.list_topics(topic, timeout=_METADATA_TIMEOUT).topics[topic]
        except KafkaException as error:
            raise _failure(topic, error.args[0]) from error
        if found.error is not None or not found.partitions:
            raise _failure(topic, found.error)
        return len(found.partitions)

    def _wait(self, delivery: Delivery) -> None:
        if delivery.left:
            self._producer.flush(_FLUSH_TIMEOUT)
        # Another flush thread may have been handed this one's reports and still be in the callback.
        with delivery.done:
            if not delivery.done.wait_for(lambda: not delivery.left, _REPORT_TIMEOUT):
                raise KafkaError(f"cannot send messages: no report for {delivery.left} of them")

    def close(self) -> None:
        """Wait for what is under way."""
        self._producer.flush(_POLL_TIMEOUT)


def _failure(topic: str, error: Any) -> Exception:
    from confluent_kafka import KafkaError as Codes

    code = error.code() if error is not None else Codes.UNKNOWN_TOPIC_OR_PART
    text = f"cannot send to topic {topic!r}: {error.str() if error is not None else 'it has no partitions'}"
    if code == Codes.MSG_SIZE_TOO_LARGE:
        return UnrecoverableError(text)
    return KafkaError(text, code in (Codes.UNKNOWN_TOPIC_OR_PART, Codes._UNKNOWN_TOPIC))


def crc32(key: bytes) -> int:
    """The hash of ruby-kafka's and librdkafka's default partitioners."""
    return zlib.crc32(key)


def murmur2(key: bytes) -> int:
    """The hash of Java's default partitioner, without its sign: MurmurHash2 with Kafka's seed."""
    mix, mask = 0x5BD1E995, 0xFFFFFFFF
    value = 0x9747B28C ^ len(key)
    whole = len(key) & ~3
    for at in range(0, whole, 4):
        part = int.from_bytes(key[at : at + 4], "little") * mix & mask
        value = (value * mix & mask) ^ ((part ^ part >> 24) * mix & mask)
    if len(key) > whole:
        value = (value ^ int.from_bytes(key[whole:], "little")) * mix & mask
    value = (value ^ value >> 13) * mix & mask
    return (value ^ value >> 15) & 0x7FFFFFFF

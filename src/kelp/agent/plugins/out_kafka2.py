"""Sends events to Apache Kafka."""

from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.event import Batch, Record
from kelp.agent.output.kafka.messages import MessageMaker, unpack
from kelp.agent.output.kafka.options import MessageOptions
from kelp.agent.output.kafka.producer import KafkaError, MessageProducer, crc32, murmur2
from kelp.agent.output.kafka.settings import producer_settings
from kelp.agent.plugin import UnrecoverableError, extras, register

_CODECS = ("gzip", "snappy", "lz4", "zstd", "none")


@register("output", "kafka2")
class Kafka2Output(MessageOptions):
    """One message per event; a chunk is done when the brokers have all of its messages, else all are sent again."""

    holds = Content.REQUESTS
    buffer_defaults: ClassVar[dict[str, Any]] = {"chunk_keys": ["topic"]}

    def configure(self) -> None:
        extras.load(self, "confluent_kafka", "kafka")
        super().configure()
        if not self.brokers:
            raise self.error("option 'brokers' must name a broker", "brokers")
        if self.compression_codec and self.compression_codec not in _CODECS:
            wanted = ", ".join(_CODECS)
            raise self.error(
                f"option 'compression_codec' must be one of {wanted}, got {self.compression_codec!r}",
                "compression_codec",
            )
        if self.use_default_for_unknown_topic and not self.default_topic:
            raise self.error("use_default_for_unknown_topic needs the option 'default_topic'")
        self._check_topic()
        self._settings = producer_settings(self)
        try:
            self._maker = MessageMaker(self, self._text)
        except ValueError as error:
            raise self.error(
                f"headers_from_record, exclude_fields and record_key must hold {error}"
            ) from None
        self._producer: MessageProducer | None = None

    def _check_topic(self) -> None:
        if self.topic:
            self.check_placeholders("topic", self.topic)
        elif not self.default_topic and self.topic_key in self.keys.fields and not self.keys.tag:
            self.log.warning(
                "events without a topic cannot be sent; set default_topic, or <buffer topic,tag> to use the tag",
                topic_key=self.topic_key,
            )

    def _text(self, tag: str, time: int, record: Record) -> bytes:
        text = self.formatter.format_batch(tag, Batch([time], [record]))
        # The bare document, as Fluentd sends it.
        return text.removesuffix(b"\n") if self.formatter.type_name in ("json", "ltsv") else text

    def start(self) -> None:
        try:
            self._producer = MessageProducer(self._settings, self._hash)
        except Exception as error:
            raise KafkaError(f"cannot make a producer: {error}") from error
        super().start()

    @property
    def _hash(self) -> Any:
        return murmur2 if self.partitioner_hash_function == "murmur2" else crc32

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return self._maker.make(tag, self.injected(tag, batch))

    def write(self, chunk: Chunk) -> None:
        topic = self._topic(chunk)
        if not topic:
            raise UnrecoverableError(
                f"cannot send a chunk: no topic in field {self.topic_key!r} and no default_topic"
            )
        try:
            self._send(topic, chunk)
        except KafkaError as error:
            if self.discard_kafka_delivery_failed:
                self.log.warning("dropped a chunk", topic=topic, records=chunk.records, cause=error)
            elif "Kafka::DeliveryFailed" in self.ignore_exceptions:
                if self.exception_backup:
                    raise UnrecoverableError(str(error)) from error
                self.log.warning("dropped a chunk", topic=topic, records=chunk.records, cause=error)
            else:
                raise

    def _send(self, topic: str, chunk: Chunk) -> None:
        assert self._producer is not None
        try:
            self._producer.send(topic, unpack(chunk.read()))
        except KafkaError as error:
            other = self.default_topic
            if not (error.unknown_topic and self.use_default_for_unknown_topic and other and other != topic):
                raise
            self.log.warning("topic not found, using default_topic", topic=topic, default_topic=other)
            self._producer.send(other, unpack(chunk.read()))

    def _topic(self, chunk: Chunk) -> str | None:
        if self.topic:
            return self.extract_placeholders(self.topic, chunk)
        named = dict(chunk.metadata.variables or ()).get(self.topic_key)
        return (str(named) if named is not None else None) or self.default_topic or chunk.metadata.tag

    def close(self) -> None:
        if self._producer is not None:
            self._producer.close()

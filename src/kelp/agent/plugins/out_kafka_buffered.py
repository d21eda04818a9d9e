"""Sends events to Apache Kafka, with the options of Fluentd's older Kafka output."""

from typing import ClassVar

from kelp.agent.config import Element, param
from kelp.agent.output.inject import InjectSection
from kelp.agent.plugin import register
from kelp.agent.plugins.out_kafka2 import Kafka2Output

_TYPES = ("json", "ltsv", "msgpack")


@register("output", "kafka_buffered")
class KafkaBufferedOutput(Kafka2Output):
    """As kafka2; by default the tag is the topic of events that name none."""

    flat_options: ClassVar[tuple[str, ...]] = ("buffer",)

    client_id: str = param.string(default="kafka", description="Name of this client.")
    output_data_type: str = param.string(
        default="json", description="How events are written: json, ltsv, msgpack."
    )
    output_include_tag: bool = param.boolean(default=False, description="Add the tag as field `tag`.")
    output_include_time: bool = param.boolean(default=False, description="Add the time as field `time`.")
    time_format: str | None = param.string(
        default=None, description="strftime format of that time; seconds by default."
    )
    zookeeper: str | None = param.string(
        default=None, description="Not supported: name the brokers with `brokers`."
    )
    kafka_agg_max_bytes: int | None = param.size(
        default=None, description="Accepted: the client gathers messages by itself."
    )
    kafka_agg_max_messages: int | None = param.integer(
        default=None, description="Accepted, see kafka_agg_max_bytes."
    )
    monitoring_list: list[str] = param.array(
        default=[], description="Accepted: the prometheus inputs show figures."
    )

    def fill_buffer(self, buffer: Element, element: Element) -> None:
        buffer.arg = buffer.arg or f"tag,{element.get('topic_key') or 'topic'}"

    def configure(self) -> None:
        if self.zookeeper:
            raise self.error(
                "option 'zookeeper' is not supported; name the brokers with 'brokers'", "zookeeper"
            )
        if self.output_data_type not in _TYPES:
            wanted = ", ".join(_TYPES)
            raise self.error(f"option 'output_data_type' must be one of {wanted}, got {self.output_data_type!r}; "
                             "kafka2 has a <format> section", "output_data_type")  # fmt: skip
        if self.format_element is None:
            self.format_element = self.element.implied("format")
            self.format_element.set("@type", self.output_data_type)
        if self.inject is None and (self.output_include_tag or self.output_include_time):
            self.inject = self._old_inject()
        super().configure()

    def _old_inject(self) -> InjectSection:
        element = self.element.implied("inject")
        if self.output_include_tag:
            element.set("tag_key", "tag")
        if self.output_include_time:
            element.set("time_key", "time")
            element.set("time_type", "string" if self.time_format else "unixtime")
            if self.time_format:
                element.set("time_format", self.time_format)
        return InjectSection.read(element)

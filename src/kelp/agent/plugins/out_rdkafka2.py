"""Sends events to Apache Kafka, with the options of Fluentd's output on librdkafka."""

from kelp.agent.config import param
from kelp.agent.plugin import register
from kelp.agent.plugins.out_kafka2 import Kafka2Output

# Fluentd's options by librdkafka's names.
_SETTINGS: dict[str, str] = {
    "rdkafka_buffering_max_ms": "queue.buffering.max.ms",
    "rdkafka_buffering_max_messages": "queue.buffering.max.messages",
    "rdkafka_message_max_bytes": "message.max.bytes",
    "rdkafka_message_max_num": "batch.num.messages",
}


@register("output", "rdkafka2")
class RdKafka2Output(Kafka2Output):
    """As kafka2, which is built on librdkafka too."""

    sasl_over_ssl: bool = param.boolean(default=False, description="Sign in over TLS only.")
    rdkafka_buffering_max_ms: int | None = param.integer(
        default=None, description="How long the client gathers messages, in milliseconds."
    )
    rdkafka_buffering_max_messages: int | None = param.integer(
        default=None, description="How many messages the client holds at most."
    )
    rdkafka_message_max_bytes: int | None = param.integer(
        default=None, description="Longest message, in bytes."
    )
    rdkafka_message_max_num: int | None = param.integer(
        default=None, description="Messages in a request at most."
    )
    rdkafka_delivery_handle_poll_timeout: int = param.integer(
        default=30, description="Accepted: Kelp waits until each message is delivered or given up."
    )
    max_enqueue_retries: int = param.integer(
        default=3, description="Accepted: where the client's queue is full Kelp waits."
    )
    enqueue_retry_backoff: int = param.integer(default=3, description="Accepted, see max_enqueue_retries.")
    max_enqueue_bytes_per_second: int | None = param.size(
        default=None, description="Not supported: set flush_thread_interval in <buffer>."
    )
    unrecoverable_error_codes: list[str] = param.array(
        default=["topic_authorization_failed", "msg_size_too_large"],
        value_type="string",
        description="Accepted: chunks with messages that are too large are given up, others retried.",
    )

    def configure(self) -> None:
        if self.max_enqueue_bytes_per_second is not None:
            raise self.error(
                "option 'max_enqueue_bytes_per_second' is not supported; slow down with flush_thread_interval in <buffer>",
                "max_enqueue_bytes_per_second",
            )
        super().configure()
        for option, name in _SETTINGS.items():
            value = getattr(self, option)
            if value is not None:
                self._settings[name] = value

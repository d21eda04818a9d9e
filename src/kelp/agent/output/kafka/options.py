"""The options of the Kafka outputs."""

from typing import Any

from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element, param
from kelp.agent.output.formatted import FormattedOutput


class ClientOptions(BufferedOutput):
    """How to reach the brokers and sign in."""

    brokers: list[str] = param.array(
        default=["localhost:9092"], value_type="string", description="Brokers to begin with, host:port."
    )
    client_id: str = param.string(default="fluentd", description="Name of this client.")
    resolve_seed_brokers: bool = param.boolean(
        default=False, description="Accepted: all addresses of a name are tried."
    )
    get_kafka_client_log: bool = param.boolean(default=False, description="Log what the client library says.")
    connect_timeout: int | None = param.integer(default=None, description="Limit for connecting, in seconds.")
    socket_timeout: int | None = param.integer(default=None, description="Limit for requests, in seconds.")
    ssl_ca_cert: list[str] | None = param.array(
        default=None, value_type="string", description="Certificates to trust, PEM."
    )
    ssl_client_cert: str | None = param.string(default=None, description="Client certificate, PEM.")
    ssl_client_cert_key: str | None = param.string(
        default=None, description="Private key of the client's certificate, PEM."
    )
    ssl_client_cert_key_password: str | None = param.string(
        default=None, secret=True, description="Password of that key."
    )
    ssl_client_cert_chain: str | None = param.string(
        default=None, description="Certificates between the client's and the root, PEM."
    )
    ssl_ca_certs_from_system: bool = param.boolean(
        default=False, description="Use TLS and trust what the system trusts."
    )
    ssl_verify_hostname: bool = param.boolean(default=True, description="Check the name in certificates.")
    sasl_over_ssl: bool = param.boolean(default=True, description="Sign in over TLS only.")
    username: str | None = param.string(default=None, description="User name, for PLAIN or SCRAM.")
    password: str | None = param.string(default=None, secret=True, description="Password.")
    scram_mechanism: str | None = param.enum(
        ["sha256", "sha512"], default=None, description="Sign in with SCRAM; without it with PLAIN."
    )
    principal: str | None = param.string(default=None, description="Kerberos principal.")
    keytab: str | None = param.string(default=None, description="Key table of the principal.")
    service_name: str | None = param.string(default=None, description="Kerberos name of the brokers.")
    sasl_aws_msk_iam_access_key_id: str | None = param.string(
        default=None, secret=True, description="Not supported: use username and scram_mechanism with MSK."
    )
    sasl_aws_msk_iam_secret_key_id: str | None = param.string(
        default=None, secret=True, description="Not supported, see sasl_aws_msk_iam_access_key_id."
    )
    sasl_aws_msk_iam_aws_region: str | None = param.string(
        default=None, description="Not supported, see sasl_aws_msk_iam_access_key_id."
    )
    rdkafka_options: dict[str, Any] = param.hash(
        default={}, description="Further settings of librdkafka, by its own names."
    )


class ProducerOptions(ClientOptions):
    """How messages are sent."""

    max_send_retries: int = param.integer(default=2, description="How often the client repeats a request.")
    required_acks: int = param.integer(
        default=-1, description="Brokers that must have a message; -1: all in sync, 0: none."
    )
    ack_timeout: float | None = param.time(
        default=None, description="Limit for these acknowledgements, in seconds."
    )
    compression_codec: str | None = param.string(default=None, description="gzip, snappy, lz4 or zstd.")
    idempotent: bool = param.boolean(default=False, description="Let brokers drop what they got twice.")
    max_send_limit_bytes: int | None = param.size(
        default=None, description="Larger messages are left out, with a warning."
    )
    discard_kafka_delivery_failed: bool = param.boolean(
        default=False, description="Drop chunks that brokers refuse."
    )
    ignore_exceptions: list[str] = param.array(
        default=[], value_type="string", description="Kafka::DeliveryFailed: give such chunks up at once."
    )
    exception_backup: bool = param.boolean(
        default=True, description="Keep chunks given up by ignore_exceptions, in the backup folder."
    )
    share_producer: bool = param.boolean(
        default=False, description="Accepted: flush threads share one producer anyway."
    )
    active_support_notification_regex: str | None = param.string(
        default=None, description="Accepted: the prometheus inputs show figures."
    )


class MessageOptions(ProducerOptions, FormattedOutput):
    """What becomes of events."""

    default_format = "json"

    topic: str | None = param.string(default=None, description="Topic, with placeholders.")
    topic_key: str = param.string(default="topic", description="Field, and chunk key, with the topic.")
    default_topic: str | None = param.string(default=None, description="Topic of events without one.")
    use_default_for_unknown_topic: bool = param.boolean(
        default=False, description="Send to default_topic where a topic does not exist."
    )
    message_key_key: str = param.string(default="message_key", description="Field with the message's key.")
    default_message_key: str | None = param.string(default=None, description="Key of messages without one.")
    partition_key_key: str = param.string(
        default="partition_key", description="Field whose hash chooses the partition."
    )
    default_partition_key: str | None = param.string(default=None, description="Value where it is missing.")
    partition_key: str = param.string(default="partition", description="Field with the partition's number.")
    default_partition: int | None = param.integer(default=None, description="Number where it is missing.")
    partitioner_hash_function: str = param.enum(
        ["crc32", "murmur2"], default="crc32", description="How keys choose partitions."
    )
    exclude_topic_key: bool = param.boolean(default=False, description="Leave out the topic's field.")
    exclude_message_key: bool = param.boolean(default=False, description="Leave out the key's field.")
    exclude_partition_key: bool = param.boolean(
        default=False, description="Leave out the partition key's field."
    )
    exclude_partition: bool = param.boolean(default=False, description="Leave out the partition's field.")
    exclude_fields: list[str] = param.array(
        default=[], value_type="string", description="Further fields to leave out."
    )
    record_key: str | None = param.string(default=None, description="Send only what this field holds.")
    headers: dict[str, Any] = param.hash(default={}, description="Headers of messages.")
    headers_from_record: dict[str, Any] = param.hash(
        default={}, description="Headers of messages and the fields they come from."
    )
    use_event_time: bool = param.boolean(
        default=False, description="Give messages the events' times, not the present."
    )
    format_element: Element | None = param.element(
        "format", plugin_kind="formatter", description="How events are written; type json by default."
    )

"""Fluentd's options as settings of librdkafka.

https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
"""

from pathlib import Path
from typing import Any

from kelp.agent.output.kafka.options import ClientOptions, MessageOptions

# How long librdkafka tries to deliver a message before the chunk's own retries take over, in seconds.
DELIVERY_TIMEOUT = 60


def client_settings(options: ClientOptions) -> dict[str, Any]:
    """Raises ConfigError."""
    settings: dict[str, Any] = {
        "bootstrap.servers": ",".join(options.brokers),
        "client.id": options.client_id,
        "log_level": 6 if options.get_kafka_client_log else 0,
    }
    if options.connect_timeout:
        settings["socket.connection.setup.timeout.ms"] = options.connect_timeout * 1000
    if options.socket_timeout:
        settings["socket.timeout.ms"] = options.socket_timeout * 1000
    tls = bool(options.ssl_ca_cert or options.ssl_client_cert or options.ssl_ca_certs_from_system)
    if tls:
        settings |= _tls(options)
    sasl = _sasl(options)
    if sasl and options.sasl_over_ssl and not tls:
        raise options.error(
            "to sign in over TLS set ssl_ca_cert or ssl_ca_certs_from_system; without TLS set sasl_over_ssl false"
        )
    protocol = ("SASL_" if sasl else "") + ("SSL" if tls else "PLAINTEXT")
    return settings | sasl | {"security.protocol": protocol}


def _tls(options: ClientOptions) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "ssl.endpoint.identification.algorithm": "https" if options.ssl_verify_hostname else "none"
    }
    if options.ssl_ca_cert:
        settings["ssl.ca.pem"] = "\n".join(
            _read(options, path, "ssl_ca_cert") for path in options.ssl_ca_cert
        )
    if options.ssl_client_cert:
        own = _read(options, options.ssl_client_cert, "ssl_client_cert")
        if options.ssl_client_cert_chain:
            own += "\n" + _read(options, options.ssl_client_cert_chain, "ssl_client_cert_chain")
        settings["ssl.certificate.pem"] = own
    if options.ssl_client_cert_key:
        settings["ssl.key.pem"] = _read(options, options.ssl_client_cert_key, "ssl_client_cert_key")
    if options.ssl_client_cert_key_password:
        settings["ssl.key.password"] = options.ssl_client_cert_key_password
    return settings


def _read(options: ClientOptions, path: str, option: str) -> str:
    try:
        return Path(path).read_text()
    except OSError as error:
        raise options.error(f"cannot read {option} {path}: {error.strerror}", option) from error


def _sasl(options: ClientOptions) -> dict[str, Any]:
    if options.sasl_aws_msk_iam_access_key_id:
        raise options.error(
            "signing in to MSK with IAM is not supported; use username, password and scram_mechanism sha512",
            "sasl_aws_msk_iam_access_key_id",
        )
    if options.username and options.password:
        scram = options.scram_mechanism
        return {
            "sasl.mechanism": f"SCRAM-SHA-{scram[3:]}" if scram else "PLAIN",
            "sasl.username": options.username,
            "sasl.password": options.password,
        }
    if options.principal:
        kerberos = {"sasl.mechanism": "GSSAPI", "sasl.kerberos.principal": options.principal}
        if options.keytab:
            kerberos["sasl.kerberos.keytab"] = options.keytab
        if options.service_name:
            kerberos["sasl.kerberos.service.name"] = options.service_name
        return kerberos
    return {}


def producer_settings(options: MessageOptions) -> dict[str, Any]:
    """Raises ConfigError."""
    settings = client_settings(options) | {
        "acks": "all" if options.required_acks == -1 else options.required_acks,
        "enable.idempotence": options.idempotent,
        "message.timeout.ms": DELIVERY_TIMEOUT * 1000,
        "partitioner": "murmur2_random"
        if options.partitioner_hash_function == "murmur2"
        else "consistent_random",
    }
    if not options.idempotent:  # an idempotent producer repeats as often as it must
        settings["message.send.max.retries"] = max(0, options.max_send_retries)
    if options.ack_timeout:
        settings["request.timeout.ms"] = max(1, int(options.ack_timeout * 1000))
    if options.compression_codec:
        settings["compression.codec"] = options.compression_codec
    return settings | {str(name): value for name, value in options.rdkafka_options.items()}

"""The options of the forward output."""

import ssl

from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config import Element, Section, param
from kelp.agent.listen.transport import TLS_VERSIONS
from kelp.agent.output.forward.node import Settings
from kelp.agent.output.forward.servers import ServerSection
from kelp.agent.output.tls import client_context


class SecuritySection(Section):
    """How to sign in."""

    self_hostname: str = param.string(description="Name of this agent.")
    shared_key: str = param.string(secret=True, description="Key that both sides know.")


class ForwardOptions(BufferedOutput):
    """Servers and how to find them, connections, heartbeats."""

    takes_label = False

    transport: str = param.enum(["tcp", "tls"], default="tcp", description="Protocol.")
    send_timeout: float = param.time(default=60, description="Limit for sending, in seconds.")
    connect_timeout: float | None = param.time(
        default=None, description="Limit for connecting, in seconds; 10."
    )
    keepalive: bool = param.boolean(default=False, description="Keep connections open.")
    keepalive_timeout: float | None = param.time(
        default=None, description="How long they are kept, in seconds."
    )
    send_keepalive_packet: bool = param.boolean(
        default=False, description="Probe kept connections (SO_KEEPALIVE)."
    )
    tls_version: str = param.enum(list(TLS_VERSIONS), default="TLSv1_2", description="Lowest TLS version.")
    tls_ciphers: str | None = param.string(default=None, description="Ciphers, in OpenSSL's notation.")
    tls_insecure_mode: bool = param.boolean(default=False, description="Check nothing about certificates.")
    tls_allow_self_signed_cert: bool = param.boolean(
        default=False, description="Accept self-signed certificates."
    )
    tls_verify_hostname: bool = param.boolean(default=True, description="Check the name in certificates.")
    tls_ca_cert_path: list[str] = param.array(
        default=[], value_type="string", description="Certificates to trust, PEM."
    )
    tls_cert_path: list[str] = param.array(
        default=[], value_type="string", description="As tls_ca_cert_path."
    )
    tls_client_cert_path: str | None = param.string(default=None, description="Client certificate, PEM.")
    tls_client_private_key_path: str | None = param.string(
        default=None, description="Private key of the client's certificate, PEM."
    )
    tls_client_private_key_passphrase: str | None = param.string(
        default=None, secret=True, description="Password of that key."
    )
    read_interval_msec: int = param.integer(
        default=50, description="Accepted: Kelp waits for answers, it polls not."
    )
    read_length: int = param.size(default=512, description="Accepted, see read_interval_msec.")
    expire_dns_cache: float | None = param.time(
        default=None, description="Accepted: names are looked up for every connection."
    )
    dns_round_robin: bool = param.boolean(
        default=False, description="Accepted: all addresses of a name are tried."
    )
    ignore_network_errors_at_startup: bool = param.boolean(
        default=False, description="Accepted: Kelp starts while servers are away."
    )
    verify_connection_at_startup: bool = param.boolean(
        default=False, description="End if a server is away at start."
    )

    require_ack_response: bool = param.boolean(default=False, description="Wait for acknowledgements.")
    ack_response_timeout: float = param.time(default=190, description="How long, in seconds.")
    heartbeat_type: str = param.enum(
        ["transport", "tcp", "udp", "none"],
        default="transport",
        description="How to see that a server is up.",
    )
    heartbeat_interval: float = param.time(default=1, description="Time between heartbeats, in seconds.")
    recover_wait: float = param.time(
        default=10, description="How long a server that was down must answer to be used again, in seconds."
    )
    hard_timeout: float = param.time(
        default=60, description="Silence after which a server is down, in seconds."
    )
    phi_threshold: int = param.integer(default=16, description="Suspicion at which a server is down.")
    phi_failure_detector: bool = param.boolean(
        default=True, description="Use phi_threshold, not only hard_timeout."
    )
    compress: str = param.enum(["text", "gzip", "zstd"], default="text", description="How events are packed.")
    security: SecuritySection | None = param.section(
        "security", SecuritySection, description="How to sign in."
    )
    servers: list[ServerSection] = param.sections("server", ServerSection, description="Servers to send to.")
    discovery_element: Element | None = param.element(
        "service_discovery",
        description="Servers as <service> sections (@type static), in a file (file) or in the DNS (srv).",
    )
    host: str | None = param.string(default=None, obsoleted="use a <server> section", description="Removed.")
    port: int | None = param.integer(default=None, obsoleted="use a <server> section", description="Removed.")

    def tls_context(self) -> ssl.SSLContext:
        """What the `tls_*` options say. Raises ConfigError."""
        try:
            context = client_context(
                certificate=self.tls_client_cert_path,
                key=self.tls_client_private_key_path,
                password=self.tls_client_private_key_passphrase,
                ciphers=self.tls_ciphers,
                verify=not (self.tls_insecure_mode or self.tls_allow_self_signed_cert),
                verify_name=self.tls_verify_hostname,
                lowest=TLS_VERSIONS[self.tls_version],
            )
            for path in self.tls_cert_path or self.tls_ca_cert_path:
                context.load_verify_locations(path)
        except OSError as error:
            raise self.error(f"cannot load TLS files: {error}") from error
        return context

    def settings(self) -> Settings:
        """What all connections share. Raises ConfigError."""
        return Settings(
            connect_timeout=self.connect_timeout or 10.0,
            send_timeout=self.send_timeout,
            ack_timeout=self.ack_response_timeout if self.require_ack_response else None,
            keepalive=self.keepalive,
            keepalive_timeout=self.keepalive_timeout,
            keepalive_packet=self.send_keepalive_packet,
            tls=self.tls_context() if self.transport == "tls" else None,
            verify_hostname=self.tls_verify_hostname,
            compressed=self.compress,
            heartbeat_interval=self.heartbeat_interval,
            recover_wait=self.recover_wait,
            hard_timeout=self.hard_timeout,
            phi_threshold=self.phi_threshold if self.phi_failure_detector else None,
        )

"""`<transport tls>`: certificates for sockets that inputs listen on."""

import ssl

from kelp.agent.config import Section, param

_VERSIONS = {
    "TLSv1_1": ssl.TLSVersion.TLSv1_1, "TLS1_1": ssl.TLSVersion.TLSv1_1,
    "TLSv1_2": ssl.TLSVersion.TLSv1_2, "TLS1_2": ssl.TLSVersion.TLSv1_2,
    "TLSv1_3": ssl.TLSVersion.TLSv1_3, "TLS1_3": ssl.TLSVersion.TLSv1_3,
}  # fmt: skip


class TransportSection(Section):
    """How connections are made."""

    protocol: str | None = param.string(
        default=None, argument=True, description="Kind of transport: tcp, udp or tls."
    )
    cert_path: str | None = param.string(default=None, description="Certificate chain, PEM.")
    private_key_path: str | None = param.string(default=None, description="Private key, PEM.")
    private_key_passphrase: str | None = param.string(
        default=None, secret=True, description="Passphrase of the private key."
    )
    ca_path: str | None = param.string(
        default=None, description="Certificates of those who sign clients' ones, PEM."
    )
    client_cert_auth: bool = param.boolean(
        default=False, description="Accept only clients with a certificate."
    )
    version: str | None = param.string(default=None, description="Oldest TLS version: TLSv1_2 or TLSv1_3.")
    min_version: str | None = param.string(default=None, description="Oldest TLS version.")
    max_version: str | None = param.string(default=None, description="Newest TLS version.")
    ciphers: str | None = param.string(default=None, description="Ciphers, in OpenSSL's notation.")
    linger_timeout: int = param.integer(default=0, description="Accepted for Fluentd's sake.")

    def configure(self) -> None:
        if self.protocol not in (None, "tcp", "udp", "tls"):
            raise self.error(f"transport must be tcp, udp or tls, got {self.protocol!r}")
        if self.protocol != "tls":
            return
        if self.cert_path is None or self.private_key_path is None:
            raise self.error("transport tls needs cert_path and private_key_path")
        if self.client_cert_auth and self.ca_path is None:
            raise self.error("client_cert_auth needs ca_path", "client_cert_auth")
        for name in ("version", "min_version", "max_version"):
            value = getattr(self, name)
            if value is not None and value not in _VERSIONS:
                raise self.error(
                    f"option {name!r} must be one of {', '.join(_VERSIONS)}, got {value!r}", name
                )

    def context(self) -> ssl.SSLContext | None:
        """The TLS settings; None for other transports. Raises OSError when a file cannot be read."""
        if self.protocol != "tls":
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(self.cert_path), self.private_key_path, self.private_key_passphrase)
        context.minimum_version = _VERSIONS[self.min_version or self.version or "TLSv1_2"]
        if self.max_version is not None:
            context.maximum_version = _VERSIONS[self.max_version]
        if self.ciphers is not None:
            context.set_ciphers(self.ciphers)
        if self.ca_path is not None:
            context.load_verify_locations(self.ca_path)
        if self.client_cert_auth:
            context.verify_mode = ssl.CERT_REQUIRED
        return context

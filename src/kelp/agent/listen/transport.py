"""`<transport tls>`: certificates for sockets that inputs listen on."""

import socket
import ssl
import tempfile
from pathlib import Path
from typing import ClassVar

from kelp.agent.config import Section, param
from kelp.agent.listen.certificate import Issuer, Wish, make_certificate

_DAY_SECONDS = 86400
TLS_VERSIONS = {
    "TLSv1_1": ssl.TLSVersion.TLSv1_1, "TLS1_1": ssl.TLSVersion.TLSv1_1,
    "TLSv1_2": ssl.TLSVersion.TLSv1_2, "TLS1_2": ssl.TLSVersion.TLSv1_2,
    "TLSv1_3": ssl.TLSVersion.TLSv1_3, "TLS1_3": ssl.TLSVersion.TLSv1_3,
}  # fmt: skip


class TransportSection(Section):
    """How connections are made."""

    kinds: ClassVar[tuple[str, ...]] = ("tcp", "tls")

    protocol: str | None = param.string(default=None, argument=True, description="Kind of transport.")
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
    version: str = param.enum(list(TLS_VERSIONS), default="TLSv1_2", description="Oldest TLS version.")
    min_version: str | None = param.enum(
        list(TLS_VERSIONS), default=None, description="Oldest TLS version; max_version must be set, too."
    )
    max_version: str | None = param.enum(
        list(TLS_VERSIONS), default=None, description="Newest TLS version; min_version must be set, too."
    )
    ciphers: str | None = param.string(default=None, description="Ciphers, in OpenSSL's notation.")
    insecure: bool = param.boolean(
        default=False,
        description="Make a certificate that signs itself at the start, with the program openssl.",
    )
    ca_cert_path: str | None = param.string(
        default=None, description="Certificate of a CA, PEM, that signs one made at the start."
    )
    ca_private_key_path: str | None = param.string(default=None, description="Private key of the CA, PEM.")
    ca_private_key_passphrase: str | None = param.string(
        default=None, secret=True, description="Passphrase of the CA's private key."
    )
    generate_private_key_length: int = param.integer(
        default=2048, description="Bits of the key of a certificate made at the start."
    )
    generate_cert_country: str = param.string(default="US", description="Country in it.")
    generate_cert_state: str = param.string(default="CA", description="State in it.")
    generate_cert_locality: str = param.string(default="Mountain View", description="Locality in it.")
    generate_cert_common_name: str | None = param.string(
        default=None, description="Name in it: the name of this machine by default."
    )
    generate_cert_expiration: float = param.time(
        default=10 * 365 * _DAY_SECONDS, description="Seconds that it is valid."
    )
    generate_cert_digest: str = param.enum(
        ["sha1", "sha256", "sha384", "sha512"], default="sha256", description="Digest that is signed."
    )
    linger_timeout: int = param.integer(default=0, description="Accepted for Fluentd's sake.")

    def configure(self) -> None:
        if self.protocol is not None and self.protocol not in self.kinds:
            raise self.error(f"transport must be one of {', '.join(self.kinds)}, got {self.protocol!r}")
        if self.protocol == "tls":
            self._check_tls()

    def _check_tls(self) -> None:
        if self.cert_path is not None and self.private_key_path is None:
            raise self.error("cert_path needs private_key_path", "cert_path")
        if self.ca_cert_path is not None and self.ca_private_key_path is None:
            raise self.error("ca_cert_path needs ca_private_key_path", "ca_cert_path")
        if self.cert_path is None and self.ca_cert_path is None and not self.insecure:
            raise self.error(
                "transport tls needs cert_path and private_key_path, or ca_cert_path, or insecure true"
            )
        if self.client_cert_auth and self.ca_path is None:
            raise self.error("client_cert_auth needs ca_path", "client_cert_auth")
        if (self.min_version is None) != (self.max_version is None):
            name = "min_version" if self.max_version is None else "max_version"
            raise self.error("min_version and max_version must be set together", name)
        if self.cert_path is not None:
            try:
                self._load_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            except OSError as error:
                raise self.error(f"cannot load the certificate or its key: {error}", "cert_path") from error

    def context(self) -> ssl.SSLContext | None:
        """The TLS settings; None for other transports. Raises OSError when a file cannot be read, KelpError."""
        if self.protocol != "tls":
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._load_certificate(context)
        context.minimum_version = TLS_VERSIONS[self.min_version or self.version]
        if self.max_version is not None:
            context.maximum_version = TLS_VERSIONS[self.max_version]
        if self.ciphers is not None and not self.insecure:
            context.set_ciphers(self.ciphers)
        if self.ca_path is not None:
            context.load_verify_locations(self.ca_path)
        if self.client_cert_auth:
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _load_certificate(self, context: ssl.SSLContext) -> None:
        if self.cert_path is not None:
            # without a passphrase, an empty one: OpenSSL would ask the terminal
            context.load_cert_chain(
                self.cert_path, self.private_key_path, self.private_key_passphrase or (lambda: "")
            )
            return
        issuer = None
        if self.ca_cert_path is not None:
            issuer = Issuer(
                self.ca_cert_path, str(self.ca_private_key_path), self.ca_private_key_passphrase
            )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            cert, key = make_certificate(Path(folder), self._wish(), issuer)
            context.load_cert_chain(cert, key)

    def _wish(self) -> Wish:
        return Wish(
            self.generate_cert_country,
            self.generate_cert_state,
            self.generate_cert_locality,
            self.generate_cert_common_name or socket.gethostname(),
            self.generate_private_key_length,
            self.generate_cert_digest,
            max(1, round(self.generate_cert_expiration / _DAY_SECONDS)),
        )

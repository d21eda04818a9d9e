"""Input `forward`: events from other agents, in all modes of the forward protocol.

https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5
"""

import hashlib
import hmac
import secrets
from typing import Any

from kelp.agent.config import Section, param
from kelp.agent.event import Batch
from kelp.agent.listen import ClientSection, Connection, TransportSection
from kelp.agent.listen.access import host_name
from kelp.agent.listen.forward import DECOMPRESSION_LIMIT, EventReader, as_text, pack, read_messages, tag_of
from kelp.agent.listen.input import Listener, ListeningInput
from kelp.agent.plugin.registry import register
from kelp.common.errors import KelpError

_HEARTBEAT = b"\0"


class UserSection(Section):
    """A user that may sign in."""

    username: str = param.string(description="Name of the user.")
    password: str = param.string(secret=True, description="Password of the user.")


class SecuritySection(Section):
    """Who may send."""

    self_hostname: str = param.string(description="Name by which this agent answers.")
    shared_key: str = param.string(secret=True, description="Key that both sides know.")
    user_auth: bool = param.boolean(default=False, description="Ask for a user and password.")
    allow_anonymous_source: bool = param.boolean(
        default=True, description="Take events from addresses that no <client> covers."
    )
    user: list[UserSection] = param.sections("user", UserSection, description="Users that may sign in.")
    client: list[ClientSection] = param.sections(
        "client", ClientSection, description="Clients that may send."
    )

    def configure(self) -> None:
        if self.user_auth and not self.user:
            raise self.error("user_auth needs a section <user>", "user_auth")
        if not self.allow_anonymous_source and not self.client:
            raise self.error(
                "allow_anonymous_source false needs a section <client>", "allow_anonymous_source"
            )


@register("input", "forward")
class ForwardInput(ListeningInput):
    """Take events over the forward protocol: message, forward, packed and compressed mode, with acknowledgements."""

    port: int = param.integer(default=24224, description="Port to listen on, TCP and UDP (heartbeats).")
    bind: str = param.string(default="0.0.0.0", description="Address to listen on.")
    backlog: int | None = param.integer(default=None, description="Connections that may wait to be accepted.")
    linger_timeout: int | None = param.integer(
        default=None, description="Accepted for Fluentd's sake.", deprecated="it has no effect"
    )
    blocking_timeout: float = param.time(default=0.5, description="Accepted for Fluentd's sake.")
    resolve_hostname: bool | None = param.boolean(default=None, description="Look up the names of clients.")
    deny_keepalive: bool = param.boolean(
        default=False, description="Close each connection after its first message."
    )
    send_keepalive_packet: bool = param.boolean(
        default=False, description="Probe silent connections (SO_KEEPALIVE)."
    )
    chunk_size_warn_limit: int | None = param.size(
        default=None, description="Warn of larger messages, in bytes."
    )
    chunk_size_limit: int | None = param.size(default=None, description="Drop larger messages, in bytes.")
    decompression_size_limit: int = param.size(
        default=DECOMPRESSION_LIMIT, description="Largest message once decompressed, in bytes."
    )
    skip_invalid_event: bool = param.boolean(
        default=True, description="Accepted for Fluentd's sake: events that are none are left out."
    )
    source_address_key: str | None = param.string(
        default=None, description="Field that takes the client's address."
    )
    source_hostname_key: str | None = param.string(
        default=None, description="Field that takes the client's name."
    )
    tag: str | None = param.string(default=None, description="Tag instead of the one received.")
    add_tag_prefix: str | None = param.string(default=None, description="Put before each tag, with a dot.")
    transport: TransportSection | None = param.section(
        "transport", TransportSection, description="TLS settings."
    )
    security: SecuritySection | None = param.section("security", SecuritySection, description="Who may send.")

    def configure(self) -> None:
        for name in ("tag", "add_tag_prefix"):
            if getattr(self, name) == "":
                raise self.error(f"option {name!r} must not be empty", name)
        if self.source_hostname_key is not None and self.resolve_hostname is False:
            raise self.error("source_hostname_key needs resolve_hostname", "resolve_hostname")
        if self.send_keepalive_packet and self.deny_keepalive:
            raise self.error("send_keepalive_packet and deny_keepalive exclude each other", "deny_keepalive")
        self._reader = EventReader(self.log, self.decompression_size_limit)

    def listeners(self) -> list[Listener]:
        alive = self.send_keepalive_packet
        tcp = self.tcp(self._serve, self.transport, keepalive=alive, backlog=self.backlog)
        return [tcp, self.udp(lambda _data, _address: _HEARTBEAT, max_bytes=128)]

    def _serve(self, connection: Connection) -> None:
        handshake = (
            _Handshake(self.security, connection, self.deny_keepalive) if self.security is not None else None
        )
        if handshake is not None:
            connection.send(pack(handshake.hello()))
        for message, size, answer_as in read_messages(connection):
            if handshake is not None:
                answer, accepted = handshake.check(message)
                connection.send(answer_as(answer))
                if not accepted:
                    self.log.warning("client was refused", address=connection.address, reason=answer[2])
                    return
                handshake = None
                continue
            options = self._take(message, size, connection)
            if isinstance(options, dict) and options.get("chunk") not in (None, False):
                connection.send(answer_as({"ack": options["chunk"]}))
            if self.deny_keepalive:
                connection.stop_reading()  # what came with it is still taken

    def _take(self, message: Any, size: int, connection: Connection) -> Any:
        """Emit the events of one message; returns its options."""
        if message is None:
            return None
        if not isinstance(message, list) or len(message) < 2:
            self.log.warning("message is broken", address=connection.address, got=repr(message)[:200])
            return None
        tag = tag_of(message)
        about = {"tag": tag, "address": connection.address, "bytes": size}
        if self.chunk_size_limit is not None and size > self.chunk_size_limit:
            self.log.warning("message is larger than chunk_size_limit: dropped", **about)
            return None
        if self.chunk_size_warn_limit is not None and size > self.chunk_size_warn_limit:
            self.log.warning("message is larger than chunk_size_warn_limit", **about)
        tag = self.tag or tag
        if self.add_tag_prefix is not None:
            tag = f"{self.add_tag_prefix}.{tag}"
        try:
            batch, options = self._reader.read(message, connection.address)
        except (KelpError, ValueError) as error:
            self.log.warning(
                "message cannot be read: dropped", tag=tag, address=connection.address, error=error
            )
            return None
        self._add_source(batch, connection)
        if len(batch):
            self.emit(tag, batch)
        return options

    def _add_source(self, batch: Batch, connection: Connection) -> None:
        if self.source_address_key is not None:
            for record in batch.records:
                record[self.source_address_key] = connection.address
        if self.source_hostname_key is not None:
            name = host_name(connection.address)
            for record in batch.records:
                record[self.source_hostname_key] = name


class _Handshake:
    """HELO, PING, PONG: both sides prove that they know the key."""

    def __init__(self, security: SecuritySection, connection: Connection, deny_keepalive: bool) -> None:
        self._security = security
        self._address = connection.address
        self._deny_keepalive = deny_keepalive
        self._nonce = secrets.token_bytes(16)
        self._salt = secrets.token_bytes(16)

    def hello(self) -> list[Any]:
        return ["HELO", {"nonce": self._nonce, "auth": self._salt, "keepalive": not self._deny_keepalive}]

    def check(self, message: Any) -> tuple[list[Any], bool]:
        """The answer to a PING, and whether the client is accepted."""
        if not isinstance(message, list) or len(message) != 6 or message[0] != "PING":
            return self._refuse("invalid ping message")
        _ping, name, salt, digest, user, password_digest = message
        client = next((one for one in self._security.client if one.rule.covers(self._address)), None)
        if client is None and not self._security.allow_anonymous_source:
            return self._refuse(f"anonymous source host '{self._address}' denied")
        key = (client.shared_key if client is not None else None) or self._security.shared_key
        if not hmac.compare_digest(_sha512(salt, name, self._nonce, key), as_text(digest)):
            return self._refuse("shared_key mismatch")
        if self._security.user_auth and not self._knows(client, as_text(user), as_text(password_digest)):
            return self._refuse("username/password mismatch")
        own = self._security.self_hostname
        return ["PONG", True, "", own, _sha512(salt, own, self._nonce, key)], True

    def _knows(self, client: ClientSection | None, name: str, digest: str) -> bool:
        allowed = client.users if client is not None and client.users else None
        return any(
            user.username == name
            and (allowed is None or name in allowed)
            and hmac.compare_digest(_sha512(self._salt, name, user.password), digest)
            for user in self._security.user
        )

    @staticmethod
    def _refuse(reason: str) -> tuple[list[Any], bool]:
        return ["PONG", False, reason, "", ""], False


def _sha512(*parts: str | bytes) -> str:
    digest = hashlib.sha512()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()

"""Servers to send to: named in the configuration, in a file, or in the DNS."""

from abc import ABC, abstractmethod
from typing import Any

import yaml

from kelp.agent.config import ConfigError, Element, Section, param
from kelp.common.errors import KelpError

_FILE_INTERVAL = 5.0


class DiscoveryError(KelpError):
    """The servers cannot be found out now."""


class ServerSection(Section):
    """A server to send to."""

    host: str = param.string(description="Host name or address.")
    name: str | None = param.string(default=None, description="Name for the log and for its certificate.")
    port: int = param.integer(default=24224, description="Port.")
    shared_key: str | None = param.string(default=None, secret=True, description="Key of this server.")
    username: str = param.string(default="", description="User name.")
    password: str = param.string(default="", secret=True, description="Password.")
    standby: bool = param.boolean(default=False, description="Use it only while others are down.")
    weight: int = param.integer(default=60, description="Share of the chunks.")

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it this server and no other."""
        return tuple(getattr(self, name) for name in self.params)


class Discovery(ABC):
    """Where servers are found; asked again every `interval` seconds, unless that is None."""

    interval: float | None = None
    # Whether to ask only once the agent runs.
    late = False

    @abstractmethod
    def servers(self) -> list[ServerSection]:
        """The servers of this moment. Raises DiscoveryError."""


class StaticServers(Discovery):
    """`@type static`: `<service>` sections."""

    def __init__(self, element: Element) -> None:
        self._servers = [ServerSection.read(service) for service in element.children("service")]

    def servers(self) -> list[ServerSection]:
        return self._servers


class FileServers(Discovery):
    """`@type file`: a YAML or JSON file, read again when it changes."""

    interval = _FILE_INTERVAL

    def __init__(self, element: Element) -> None:
        self._path = str(element.get("path"))
        element.attr("conf_encoding")

    def servers(self) -> list[ServerSection]:
        path = self._path
        try:
            with open(path, encoding="utf-8") as file:
                entries = yaml.safe_load(file)
        except (OSError, yaml.YAMLError) as error:
            raise DiscoveryError(f"cannot read servers from {path}: {error}") from error
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise DiscoveryError(f"cannot read servers from {path}: wanted a list of host, port…")
        return [_server(entry, path) for entry in entries]


class SrvSection(Section):
    """`<service_discovery>` with `@type srv`."""

    service: str = param.string(description="Service, without underscore.")
    proto: str = param.string(default="tcp", description="Protocol, without underscore.")
    hostname: str = param.string(description="Domain.")
    dns_server_host: str | None = param.string(default=None, description="DNS server, host or host:port.")
    interval: int = param.integer(default=60, description="Time between two look-ups, in seconds.")
    dns_lookup: bool = param.boolean(default=True, description="Look up addresses of the targets too.")
    shared_key: str | None = param.string(default=None, secret=True, description="Key of the servers.")
    username: str = param.string(default="", description="User name.")
    password: str = param.string(default="", secret=True, description="Password.")


class SrvServers(Discovery):
    """`@type srv`: SRV records of the DNS (RFC 2782)."""

    late = True

    def __init__(self, element: Element) -> None:
        from dns.resolver import Resolver

        element.attr("@type")
        self._options = options = SrvSection.read(element)
        self.interval = float(options.interval)
        self._target = f"_{options.service}._{options.proto}.{options.hostname}"
        server = options.dns_server_host
        self._resolver = Resolver(configure=server is None)
        if server is not None:
            host, _, port = server.partition(":")
            self._resolver.nameservers = [host]
            if port:
                self._resolver.port = int(port)

    def servers(self) -> list[ServerSection]:
        from dns.exception import DNSException

        options = self._options
        try:
            records = sorted(self._resolver.resolve(self._target, "SRV"), key=lambda record: record.priority)
            return [
                _server(
                    {
                        "host": self._address(record.target) if options.dns_lookup else _name(record.target),
                        "port": record.port,
                        "name": _name(record.target),
                        "weight": record.weight,
                        "username": options.username,
                        "password": options.password,
                        **({"shared_key": options.shared_key} if options.shared_key else {}),
                    },
                    self._target,
                )
                for record in records
            ]
        except DNSException as error:
            raise DiscoveryError(f"cannot look up {self._target}: {error}") from error

    def _address(self, target: Any) -> str:
        return str(self._resolver.resolve(target, "A")[0])


def _name(target: Any) -> str:
    return str(target).rstrip(".")


def _server(values: dict[Any, Any], source: str) -> ServerSection:
    element = Element("service", file=source, line=1)
    for name, value in values.items():
        element.set(str(name), value)
    try:
        return ServerSection.read(element)
    except ConfigError as error:
        raise DiscoveryError(f"cannot use a server of {source}: {error}") from error


_KINDS: dict[str, type[StaticServers | FileServers | SrvServers]] = {
    "static": StaticServers,
    "file": FileServers,
    "srv": SrvServers,
}


def discovery(element: Element) -> Discovery | None:
    """What a `<service_discovery>` section describes; None for an unknown `@type`. Raises ConfigError."""
    kind = _KINDS.get(str(element.get("@type")))
    return None if kind is None else kind(element)

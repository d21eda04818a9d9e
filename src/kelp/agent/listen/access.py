"""Who may send: addresses and networks of clients."""

import ipaddress
import socket
from dataclasses import dataclass

from kelp.agent.config import Section, param

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """A network that clients may come from."""

    network: _Network

    def covers(self, address: str) -> bool:
        """Whether `address` lies in the network; IPv4 addresses written as IPv6 count as IPv4."""
        ip = ipaddress.ip_address(address)
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return ip.version == self.network.version and ip in self.network


class ClientSection(Section):
    """A client that may send."""

    host: str | None = param.string(default=None, description="Address or name of the client.")
    network: str | None = param.string(
        default=None, description="Network of the clients, such as 10.0.0.0/8."
    )
    shared_key: str | None = param.string(
        default=None, secret=True, description="Key of this client (forward)."
    )
    users: list[str] = param.array(default=[], description="Users that may sign in from there (forward).")

    def configure(self) -> None:
        if (self.host is None) == (self.network is None):
            raise self.error("exactly one of 'host' and 'network' is needed")
        text = self.network or ""
        if self.host is not None:
            try:
                text = str(socket.getaddrinfo(self.host, None)[0][4][0])
            except OSError as error:
                raise self.error(f"cannot resolve host {self.host!r}: {error}", "host") from error
        try:
            self.rule = NetworkRule(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            raise self.error(f"option 'network': {error}", "network") from error


def host_name(address: str) -> str:
    """The name of an address, or the address itself where it has none."""
    try:
        return socket.gethostbyaddr(address)[0]
    except OSError:
        return address

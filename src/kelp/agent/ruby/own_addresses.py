"""The addresses of this machine, for `Socket.ip_address_list` and `Socket.getifaddrs`."""

import fcntl
import ipaddress
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

_SIOCGIFADDR = 0x8915
_IPV6 = Path("/proc/net/if_inet6")


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """An address and the name of its interface, one of `Socket.getifaddrs`."""

    name: str
    addr: ipaddress.IPv4Interface | ipaddress.IPv6Interface


def own_addresses() -> list[ipaddress.IPv4Interface | ipaddress.IPv6Interface]:
    """The first IPv4 address of each interface, then all of IPv6."""
    return [one.addr for one in interface_addresses()]


def interface_addresses() -> list[InterfaceAddress]:
    """The addresses of `own_addresses` with the names of their interfaces."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        found = [(name, _ipv4(probe, name)) for _, name in socket.if_nameindex()]
    v4 = [InterfaceAddress(name, one) for name, one in found if one is not None]
    lines = _IPV6.read_text().splitlines() if _IPV6.exists() else []
    return [*v4, *(InterfaceAddress(line.split()[-1], _ipv6(line)) for line in lines)]


def _ipv6(line: str) -> ipaddress.IPv6Interface:
    """The address in a line of the kernel's list; one of a link says of which."""
    address, *_, interface = line.split()
    found = ipaddress.IPv6Address(int(address, 16))
    return ipaddress.IPv6Interface(f"{found}%{interface}" if found.is_link_local else found)


def _ipv4(probe: socket.socket, interface: str) -> ipaddress.IPv4Interface | None:
    """None for an interface without an address of IPv4."""
    request = struct.pack("256s", interface.encode()[:15])
    try:
        answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
    except OSError:
        return None
    return ipaddress.IPv4Interface(answer[20:24])

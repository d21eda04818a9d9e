"""Methods of IPAddr: an address and the length of its prefix."""

import ipaddress
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any

from kelp.agent.ruby.methods import Table, plain
from kelp.agent.ruby.values import RubyError

Address = IPv4Interface | IPv6Interface


def address(text: Any) -> Address:
    """`IPAddr.new`: an address, whose host bits a prefix clears. Raises RubyError."""
    if isinstance(text, Address):
        return text
    try:
        found = ipaddress.ip_interface(text)
    except ValueError as error:
        raise RubyError(f"invalid address: {error}", "IPAddr::InvalidAddressError") from None
    return ipaddress.ip_interface(found.network)


def _includes(net: Address, other: Any) -> bool:
    inner = address(other)
    return net.version == inner.version and inner.network.subnet_of(net.network)  # type: ignore[arg-type]


ADDRESS: Table = {
    "ipv4?": plain(lambda a: a.version == 4),
    "ipv6?": plain(lambda a: a.version == 6),
    "to_s": plain(lambda a: str(a.ip)),
    "to_string": plain(lambda a: a.ip.exploded),
    "to_i": plain(lambda a: int(a.ip)),
    "prefix": plain(lambda a: a.network.prefixlen),
    "mask": plain(lambda a, length: ipaddress.ip_interface(ipaddress.ip_network(f"{a.ip}/{length}", strict=False)), 1),
    "include?": plain(_includes, 1),
    "===": plain(_includes, 1),
    "private?": plain(lambda a: _is_private(a)),
    "loopback?": plain(lambda a: a.ip.is_loopback),
    "link_local?": plain(lambda a: a.ip.is_link_local),
    "==": plain(lambda a, other: a == address(other), 1),
    # Of Addrinfo, of which `Socket.ip_address_list` makes a list.
    "ip?": plain(lambda a: True),
    "ip_address": plain(lambda a: str(a).partition("/")[0]),  # `.ip` would lose the link
    "ipv4_private?": plain(lambda a: a.version == 4 and _is_private(a)),
    "ipv4_loopback?": plain(lambda a: a.version == 4 and a.ip.is_loopback),
    "ipv4_multicast?": plain(lambda a: a.version == 4 and a.ip.is_multicast),
    "ipv6_loopback?": plain(lambda a: a.version == 6 and a.ip.is_loopback),
    "ipv6_linklocal?": plain(lambda a: a.version == 6 and a.ip.is_link_local),
    "ipv6_multicast?": plain(lambda a: a.version == 6 and a.ip.is_multicast),
}  # fmt: skip
# Of Socket::Ifaddr. Only interfaces with an address are listed, so `addr` is never nil.
IFADDR: Table = {
    "name": plain(lambda i: i.name),
    "addr": plain(lambda i: i.addr),
}
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def _is_private(given: Address) -> bool:
    return any(_includes(address(network), given) for network in _PRIVATE)

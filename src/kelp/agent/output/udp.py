"""Datagrams that outputs send."""

import socket
from typing import Any


def udp_socket(host: str, port: int) -> tuple[socket.socket, Any]:
    """A socket of the family that the host's name leads to, and the address to send to. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    return socket.socket(family, kind, protocol), address

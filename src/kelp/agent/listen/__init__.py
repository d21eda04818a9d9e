"""Sockets that inputs listen on: TCP with a thread for each connection, TLS, UDP."""

from kelp.agent.listen.access import ClientSection, NetworkRule
from kelp.agent.listen.tcp import Connection, TcpListener
from kelp.agent.listen.transport import TransportSection
from kelp.agent.listen.udp import UdpListener

__all__ = ["ClientSection", "Connection", "NetworkRule", "TcpListener", "TransportSection", "UdpListener"]

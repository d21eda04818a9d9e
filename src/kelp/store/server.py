"""Running the store: data directory, socket, uvicorn, signals."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from kelp.common.errors import KelpError
from kelp.common.log import Log
from kelp.store.api.access import Access
from kelp.store.node import Node, load_identity

if TYPE_CHECKING:
    from kelp.store.api.app import App

log = Log("store")

_GRACE_SECONDS = 20
# Elasticsearch never closes an idle connection; longer than the pools of common clients keep theirs.
_KEEP_ALIVE_SECONDS = 620


@dataclass(slots=True)
class Options:
    """How a store is run; the options of `kelp store`."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 9200
    node_name: str = ""
    cluster_name: str = "kelp"
    user: str = "elastic"
    password: str = ""
    insecure: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    engine: str | None = None
    memory_bytes: int = 0
    retention_days: float | None = None
    disk_budget_bytes: int | None = None


class StartError(KelpError):
    """The store cannot start; the message says what to do."""


def run(options: Options) -> None:
    """Serve until SIGTERM or SIGINT. Raises StartError when the store cannot start."""
    _check_exposure(options)
    _check_writable(options.data)
    with _bound(options.host, options.port) as listener:
        node = Node(
            options.data,
            name=options.node_name or socket.gethostname(),
            cluster_name=options.cluster_name,
            host=options.host,
            port=listener.getsockname()[1],
        )
        app = _open(options, node)
        # Only now: until the store has recovered, clients shall be refused and try again.
        _listen(listener, options)
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(_serve(app, listener, options, node))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def _open(options: Options, node: Node) -> "App":
    # The engine takes two seconds to import: faults of the options are told before.
    from kelp.store.admin.retention import Limits, Retention
    from kelp.store.api.app import create_app
    from kelp.store.store import Store

    store = Store(options.data, engine=options.engine, memory_bytes=options.memory_bytes)
    load_identity(node)
    retention = Retention(store, Limits(options.retention_days, options.disk_budget_bytes))

    def close() -> None:
        retention.stop()
        store.close()

    app = create_app(store, node, Access(options.user, options.password), close)
    retention.start()
    return app


async def _serve(app: "App", listener: socket.socket, options: Options, node: Node) -> None:
    config = uvicorn.Config(
        app,
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        backlog=1024,
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    scheme = "https" if options.tls_cert else "http"
    log.info("listening", url=f"{scheme}://{node.http_address}", data=options.data, pid=os.getpid())
    await server.serve(sockets=[listener])
    log.info("stopped")


class _Server(uvicorn.Server):
    """uvicorn's server without its own signal handlers, which end the process by the signal, not with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _check_exposure(options: Options) -> None:
    if bool(options.tls_cert) != bool(options.tls_key):
        raise StartError("cannot use TLS: --tls-cert and --tls-key go together, only one was given")
    if options.tls_cert and options.tls_key:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                options.tls_cert, options.tls_key
            )
        except (ssl.SSLError, OSError) as error:
            raise StartError(
                f"cannot use TLS: {options.tls_cert} and {options.tls_key} are no certificate and its key in PEM "
                f"form ({error})"
            ) from error
    local = options.host in ("localhost", "::1") or options.host.startswith("127.")
    if not local and not options.password and not options.insecure:
        raise StartError(
            f"cannot listen on {options.host}: everyone who reaches this machine could read and delete logs; "
            "give a password (--password-file), or say --insecure if a network policy protects the store"
        )


def _check_writable(data: Path) -> None:
    """Make the data directory; Store locks it."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"cannot write data directory {data}: {error.strerror}; name another one with --data"
        ) from error


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise StartError(f"cannot listen on {host}: {error.strerror}; name an address with --host") from error
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise StartError(f"cannot listen on {host}:{port}: {_why_not_bound(error)}") from error
        yield listener


def _listen(listener: socket.socket, options: Options) -> None:
    try:
        listener.listen(1024)
    except OSError as error:
        why = _why_not_bound(error)
        raise StartError(f"cannot listen on {options.host}:{options.port}: {why}") from error


def _why_not_bound(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program uses this port; stop it or choose another port with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return "this machine has no such address; choose one with --host"
    if error.errno == errno.EACCES:
        return "ports below 1024 need more rights; choose another port with --port"
    return str(error.strerror)

"""The command `kelp up`."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import click

from kelp.common import log
from kelp.common.errors import KelpError
from kelp.common.log import Log
from kelp.up.child import Child
from kelp.up.sources import Sources, configuration, in_folder, on_this_machine

READY_SECONDS = 600.0
ANSWER_SECONDS = 5.0
TELL_SECONDS = 30.0
SETTLE_SECONDS = 1.5
WATCH_SECONDS = 0.5


def default_data_folder() -> Path:
    """`$XDG_DATA_HOME/kelp`, by default `~/.local/share/kelp`."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kelp"


def check_port_free(host: str, port: int, option: str) -> None:
    """Raise KelpError when something listens on `host:port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise KelpError(
                f"cannot listen on {host}:{port}: {error.strerror}; stop what runs there or choose another port with {option}"
            ) from error


def check_configuration(config: Path) -> None:
    """Raise KelpError when the agent refuses a configuration; its faults are on stderr then.

    How long a starting agent takes to refuse it depends on the machine: this waits for the verdict.
    """
    command = [sys.executable, "-m", "kelp", "agent", "-c", str(config), "-qq", "--dry-run"]
    status = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
    ).returncode
    if status > 0:
        raise KelpError(
            f"cannot start the agent with {config}: its check ended with status {status}; its own message stands above"
        )


def wait_settled(child: Child, stop: threading.Event) -> None:
    """Return once the child has lived for a moment; raise KelpError when it refuses to start."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while not stop.wait(0.1) and time.monotonic() < deadline:
        code = child.exit_code()
        if code is not None:
            raise KelpError(
                f"cannot start the {child.name}: it ended with status {code}; its own message stands above"
            )


def wait_ready(child: Child, url: str, stop: threading.Event) -> None:
    """Return once `url` answers; raise KelpError when the child ends or the time is up."""
    began = told = time.monotonic()
    while not stop.is_set():
        code = child.exit_code()
        if code is not None:
            raise KelpError(
                f"cannot start the {child.name}: it ended with status {code}; its own message stands above"
            )
        try:
            with urllib.request.urlopen(url, timeout=ANSWER_SECONDS):
                return
        except (urllib.error.URLError, OSError):
            now = time.monotonic()
            if now - began > READY_SECONDS:
                raise KelpError(
                    f"cannot start the {child.name}: no answer at {url} within {READY_SECONDS:.0f} s"
                ) from None
            if now - told > TELL_SECONDS:
                told = now
                Log("up").warning("still starting", program=child.name, seconds=f"{now - began:.0f}")
            stop.wait(0.1)


def choose_sources(logs: Path | None, demo: bool, demo_folder: Path) -> Sources:
    """What to collect: the demo's folder, the folder given, or what this machine has."""
    if demo:
        return Sources(containers=(f"{demo_folder}/containers/*.log",))
    if logs is not None:
        if not logs.is_dir():
            raise KelpError(f"cannot collect logs from {logs}: there is no such folder")
        return in_folder(logs.resolve())
    return on_this_machine()


class Up:
    """The running whole: children in the order they start."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._children: list[Child] = []

    def start(self, child: Child, ready_url: str | None = None) -> None:
        self._children.append(child)
        child.start()
        if ready_url:
            wait_ready(child, ready_url, self._stop)
        else:
            wait_settled(child, self._stop)

    def watch(self) -> None:
        """Keep the children alive until asked to stop."""
        while not self._stop.wait(WATCH_SECONDS):
            for child in self._children:
                child.watch()

    def shut_down(self) -> None:
        """Stop in the reverse order of starting, so that the agent can still hand over what it holds."""
        for child in reversed(self._children):
            child.stop()


@click.command()
@click.option(
    "--logs",
    type=click.Path(path_type=Path),
    help="Collect every *.log in and below this folder, instead of /var/log.",
)
@click.option("--demo", is_flag=True, help="Write the logs of an invented shop and collect those.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A Fluentd configuration to run instead of the default.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder for everything Kelp keeps.  [default: ~/.local/share/kelp]",
)
@click.option("--store-port", default=9200, show_default=True)
@click.option("--ui-port", default=5601, show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
def command(
    logs: Path | None,
    demo: bool,
    config: Path | None,
    data: Path | None,
    store_port: int,
    ui_port: int,
    verbose: bool,
) -> None:
    """Run store, UI and agent together, collecting this machine's logs."""
    log.setup("debug" if verbose else "warn")
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    folder = (data or default_data_folder()).absolute()
    up = Up(stop)
    try:
        run(up, folder, choose_sources(logs, demo, folder / "demo"), config, demo, store_port, ui_port)
    except KelpError as error:
        click.echo(f"kelp up: {error}", err=True)
        sys.exit(1)
    finally:
        up.shut_down()
    click.echo("stopped; the next start continues from here")


def run(
    up: Up, folder: Path, sources: Sources, config: Path | None, demo: bool, store_port: int, ui_port: int
) -> None:
    """Start all, say where to go, and watch until asked to stop."""
    host = "127.0.0.1"
    store_url, ui_url = f"http://{host}:{store_port}", f"http://{host}:{ui_port}"
    check_port_free(host, store_port, "--store-port")
    check_port_free(host, ui_port, "--ui-port")
    try:
        (folder / "agent").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KelpError(
            f"cannot keep data in {folder}: {error.strerror}; choose another folder with --data"
        ) from error
    if config is None:
        config = folder / "agent" / "fluent.conf"
        config.write_text(configuration(sources, folder, host, store_port), encoding="utf-8")
        collects = sources.describe()
    else:
        config = config.absolute()
        check_configuration(config)
        collects = f"what {config} says"
    up.start(
        Child(
            "store",
            ["kelp", "store", "--data", str(folder / "store"), "--host", host, "--port", str(store_port)],
            folder,
        ),
        store_url,
    )
    up.start(
        Child(
            "UI", ["kelp", "ui", "--elasticsearch", store_url, "--host", host, "--port", str(ui_port)], folder
        ),
        f"{ui_url}/api/status",
    )
    if demo:
        up.start(Child("demo", ["kelp.demo.writer", str(folder / "demo")], folder))
    up.start(Child("agent", ["kelp", "agent", "-c", str(config), "-q", "--no-supervisor"], folder))
    click.echo(
        f"\n  Kelp is up.\n\n  Discover     {ui_url}\n  Store (API)  {store_url}\n  Collecting   {collects or 'nothing'}\n  Data in      {folder}\n"
    )
    if not collects:
        click.echo("  There is no log to collect here: try `kelp up --demo` or `kelp up --logs FOLDER`.\n")
    click.echo("  Ctrl-C stops all of it.\n")
    up.watch()

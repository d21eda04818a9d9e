"""Run a command beside a real Elasticsearch 7.17.9, named to it by KELP_TEST_ELASTICSEARCH.

`python tools/run_elasticsearch.py [--optional] COMMAND …` fetches the server with Maven (needs Java 17), starts it with
1 GB of heap on a free port of 127.0.0.1 in a temporary folder, waits until it answers, runs the command and stops the
server. With `--optional` the command runs alone where the server cannot be had.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

VERSION = "7.17.9"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
CACHED = f"org/elasticsearch/distribution/integ-test-zip/elasticsearch/{VERSION}/elasticsearch-{VERSION}.zip"
READY_SECONDS = 600
STOP_SECONDS = 120
OPTIONS = {
    "discovery.type": "single-node",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "xpack.security.enabled": "false",
}


class Unavailable(Exception):
    """The server cannot be had on this machine."""


def fetch() -> Path:
    """The server's archive in Maven's local repository."""
    archive = Path.home() / ".m2" / "repository" / CACHED
    if not archive.exists():
        if shutil.which("mvn") is None:
            raise Unavailable(
                "cannot fetch Elasticsearch: there is no mvn on this machine; install Maven and Java 17"
            )
        done = subprocess.run(["mvn", "-q", "-B", "dependency:get", f"-Dartifact={ARTIFACT}"], check=False)
        if done.returncode:
            raise Unavailable(f"cannot fetch Elasticsearch: Maven ended with status {done.returncode}")
    return archive


def unpack(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    home = folder / f"elasticsearch-{VERSION}"
    for script in (home / "bin").iterdir():
        script.chmod(0o755)
    return home


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port that nobody else is given meanwhile; a server with SO_REUSEADDR, as Elasticsearch is, can listen on it."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


def unprivileged(folder: Path) -> int | None:
    """Elasticsearch refuses to run as root: the user it runs as then, with `folder` made theirs."""
    if os.getuid() != 0:
        return None
    user = pwd.getpwnam("nobody").pw_uid
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, -1)
    return user


def start(home: Path, port: int, transport_port: int) -> subprocess.Popen[bytes]:
    java = shutil.which("java")
    if java is None:
        raise Unavailable("cannot start Elasticsearch: there is no java on this machine; install Java 17")
    options = OPTIONS | {"http.port": str(port), "transport.port": str(transport_port)}
    command = [str(home / "bin" / "elasticsearch"), *(f"-E{name}={value}" for name, value in options.items())]
    environment = os.environ | {
        "ES_JAVA_HOME": str(Path(java).resolve().parent.parent),
        "ES_JAVA_OPTS": "-Xms1g -Xmx1g",
        "HOME": str(home),
    }
    return subprocess.Popen(
        command,
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=(home / "out").open("wb"),
        stderr=subprocess.STDOUT,
        user=unprivileged(home.parent),
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server; its folder goes next, so nothing may run on."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until the server has elected itself: before, it answers but makes no index."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_cluster/health?wait_for_status=yellow", timeout=60).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise Unavailable(
        f"cannot start Elasticsearch, its log ends with:\n{log.read_text(errors='replace')[-2000:]}"
    )


def run_beside(command: list[str], optional: bool) -> int:
    """Run the command, with the server's address in its environment; returns its exit status."""
    with ExitStack() as stack:
        environment = dict(os.environ)
        try:
            folder = Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="elasticsearch-", ignore_cleanup_errors=True)
                )
            )
            home = unpack(fetch(), folder)
            port, transport_port = (stack.enter_context(reserved_port()) for _ in range(2))
            process = start(home, port, transport_port)
            stack.callback(stop, process)
            environment["KELP_TEST_ELASTICSEARCH"] = f"http://127.0.0.1:{port}"
            wait_ready(process, environment["KELP_TEST_ELASTICSEARCH"], home / "out")
        except Unavailable as error:
            if not optional:
                sys.exit(str(error))
            print(f"{error}; running without it")
            environment.pop("KELP_TEST_ELASTICSEARCH", None)
            stack.close()
        return subprocess.run(command, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    optional = arguments[:1] == ["--optional"]
    command = arguments[1:] if optional else arguments
    if not command:
        sys.exit(__doc__)
    return run_beside(command, optional)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

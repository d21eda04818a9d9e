"""How fast the Elasticsearch output turns records into sent bytes: MB of documents per second of its own CPU time.

python -m bench.elasticsearch_output
"""

import multiprocessing
import socket
import tempfile
import threading
import time
from pathlib import Path

from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.config.v1 import parse_v1
from kelp.agent.event import Batch, Record
from kelp.agent.pipeline.assembly import all_plugins
from kelp.agent.plugin import build
from kelp.agent.plugin.driver import Collector

_START = 1_795_428_000 * 10**9
_BATCHES = 400
_BATCH = 1000
_ANSWER = b'{"took":1,"errors":false,"items":[]}'
_INFO = b'{"version":{"number":"7.17.9"}}'


def record(number: int) -> Record:
    """A container's log line with the usual Kubernetes fields."""
    return {
        "log": f'10.0.{number % 255}.1 - - "GET /api/v1/items/{number} HTTP/1.1" 200 1234 "-" "curl/8"',
        "stream": "stdout",
        "docker": {"container_id": "ab" * 32},
        "kubernetes": {
            "container_name": "web",
            "namespace_name": "shop",
            "pod_name": f"web-5d8f-{number % 20}",
            "labels": {"app": "web", "pod-template-hash": "5d8f"},
            "host": "node-1",
        },
    }


def serve(listener: socket.socket) -> None:
    """A sink that throws requests away as fast as it can."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_swallow, args=(connection,), daemon=True).start()


def _swallow(connection: socket.socket) -> None:
    file = connection.makefile("rb")
    while first := file.readline():
        length = 0
        while (header := file.readline()) not in (b"\r\n", b""):
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        while length > 0:
            length -= len(file.read(min(length, 1 << 20)))
        body = _INFO if first.startswith(b"GET") else _ANSWER
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def measure(port: int, buffer: str) -> None:
    """Send `_BATCHES` batches through a buffer and print the speed."""
    text = f"""<match **>
      @type elasticsearch
      port {port}
      logstash_format true
      include_tag_key true
      <buffer>
        {buffer}
        chunk_limit_size 8M
        overflow_action block
        flush_at_shutdown true
      </buffer>
    </match>"""
    element = parse_v1(text, "bench.conf", Path()).elements[0]
    collector = Collector()
    output = build("output", "elasticsearch", element, collector, collector)
    assert isinstance(output, BufferedOutput)
    batches = [_batch(number) for number in range(20)]
    for plugin in reversed(all_plugins([output])):
        plugin.start()
    started = time.process_time()
    for number in range(_BATCHES):
        output.emit_batch("kubernetes.var.log.containers.web.log", batches[number % 20])
    for step in ("stop", "shutdown", "close"):
        for plugin in all_plugins([output]):
            getattr(plugin, step)()
    seconds = time.process_time() - started
    documents = _BATCHES * _BATCH
    megabytes = documents * _document_size() / 1e6
    print(
        f"{buffer.split()[1]:8} {megabytes / seconds:6.0f} MB/s of CPU, {documents / seconds:8.0f} documents/s"
    )


def _batch(number: int) -> Batch:
    numbers = range(number * _BATCH, (number + 1) * _BATCH)
    return Batch([_START + n * 10**6 for n in numbers], [record(n) for n in numbers])


def _document_size() -> float:
    return sum(len(str(record(n))) for n in range(100)) / 100


def main() -> None:
    """Run both kinds of buffer."""
    listener = socket.create_server(("127.0.0.1", 0))
    sink = multiprocessing.Process(target=serve, args=(listener,), daemon=True)
    sink.start()
    with tempfile.TemporaryDirectory() as folder:
        for buffer in ("@type memory", f"@type file\npath {folder}/buffer"):
            measure(listener.getsockname()[1], buffer)
    sink.terminate()


if __name__ == "__main__":
    main()

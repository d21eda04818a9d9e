"""The corpus every figure is measured on: container logs of 18 applications in 100 pods, 15% of the lines JSON.

`bulk-*.ndjson` holds action and document lines as an agent sends them; `node-*/` the container log files of a node.
The same seed gives the same bytes.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

APPS = [
    "accounts",
    "audit",
    "billing",
    "catalog",
    "checkout",
    "coredns",
    "etcd",
    "frontend",
    "gateway",
    "identity",
    "inventory",
    "kafka",
    "mailer",
    "nginx",
    "postgres",
    "redis",
    "scheduler",
    "search",
]
NAMESPACES = ("shop", "platform", "data", "kube-system", "ingress")
CONTAINERS = "var/log/containers"  # the tag made of the path tells the pod
POD_COUNT = 100
JSON_SHARE = 0.15
START_NS = 1_793_520_000 * 10**9
STEP_NS = 40_000_000  # 2M documents span about 22 hours

Template = Callable[[random.Random], str]


def _hex(rng: random.Random, digits: int) -> str:
    return f"{rng.getrandbits(digits * 4):0{digits}x}"


def _ip(rng: random.Random) -> str:
    return f"10.{rng.randrange(4)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


TEMPLATES: tuple[Template, ...] = (
    lambda r: (
        f'{_ip(r)} - - "GET /api/v2/items/{r.randrange(90_000)}?page={r.randrange(50)} HTTP/1.1" {r.choice((200, 200, 200, 304, 404, 500))} {r.randrange(60_000)} "-" "Mozilla/5.0 (X11; Linux x86_64)" {r.random():.3f}'
    ),
    lambda r: (
        f'level=info msg="request served" route=/v1/{r.choice(APPS)} status={r.choice((200, 201, 204, 400))} took={r.randrange(900)}ms request_id={_hex(r, 16)}'
    ),
    lambda r: (
        f'I1101 {r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}.{r.randrange(10**6):06d}       1 reconciler.go:{r.randrange(90, 400)}] "Reconciled object" kind="Deployment" name="{r.choice(APPS)}" generation={r.randrange(500)}'
    ),
    lambda r: (
        f'[INFO] {_ip(r)}:{r.randrange(1024, 65535)} - {r.randrange(65536)} "A IN {r.choice(APPS)}.shop.svc.cluster.local. udp 62 false 512" NOERROR qr,aa,rd 122 0.000{r.randrange(100, 999)}s'
    ),
    lambda r: (
        f"WARN  [pool-{r.randrange(9)}-thread-{r.randrange(64)}] connection to {_ip(r)}:5432 was slow: {r.randrange(200, 9000)} ms, retry {r.randrange(1, 6)} of 5"
    ),
    lambda r: (
        f"ERROR [worker-{r.randrange(32)}] job {_hex(r, 12)} failed: timeout after {r.randrange(1, 60)} s waiting for {r.choice(APPS)}"
    ),
    lambda r: (
        f"LOG:  duration: {r.uniform(0.1, 900):.3f} ms  statement: UPDATE stock SET quantity = quantity - {r.randrange(1, 9)} WHERE sku = '{_hex(r, 8)}'"
    ),
    lambda r: (
        f"user {r.randrange(1, 90_000)} put {r.randrange(1, 9)} x sku-{_hex(r, 6)} into cart {_hex(r, 12)}"
    ),
    lambda r: (
        f"compacted partition {r.choice(APPS)}-{r.randrange(64)} from offset {r.randrange(10**9)} in {r.randrange(5000)} ms, freed {r.randrange(10**8)} bytes"
    ),
    lambda r: (
        f"cache {r.choice(('hit', 'hit', 'hit', 'miss'))} key=session:{_hex(r, 20)} ttl={r.randrange(3600)}"
    ),
)


def json_line(rng: random.Random) -> str:
    """An application's JSON line, as it stands in the container's log."""
    return json.dumps(
        {
            "level": rng.choice(("info", "info", "info", "warn", "error")),
            "trace_id": _hex(rng, 32),
            "span_id": _hex(rng, 16),
            "msg": "handled request",
            "path": f"/orders/{rng.randrange(90_000)}",
            "status": rng.choice((200, 200, 201, 404, 503)),
            "duration_ms": rng.randrange(3000),
        }
    )


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod with the labels and ids that Kubernetes metadata adds to each record."""

    name: str
    namespace: str
    app: str
    node: str
    container_id: str
    pod_id: str

    @classmethod
    def invent(cls, rng: random.Random, number: int) -> "Pod":
        app = APPS[number % len(APPS)]
        return cls(
            name=f"{app}-{_hex(rng, 9)}-{_hex(rng, 5)}",
            namespace=NAMESPACES[number % len(NAMESPACES)],
            app=app,
            node=f"node-{number % 8}",
            container_id=_hex(rng, 64),
            pod_id=f"{_hex(rng, 8)}-{_hex(rng, 4)}-{_hex(rng, 4)}-{_hex(rng, 4)}-{_hex(rng, 12)}",
        )

    def metadata(self) -> dict[str, object]:
        return {
            "kubernetes": {
                "container_name": self.app,
                "namespace_name": self.namespace,
                "pod_name": self.name,
                "pod_id": self.pod_id,
                "host": self.node,
                "labels": {"app": self.app, "pod-template-hash": self.name.split("-")[1]},
            },
        }


def lines(count: int, seed: int = 7) -> Iterator[tuple[int, Pod, str, str]]:
    """`count` lines as (time in ns, pod, stream, text), in order of time; busy pods write more."""
    rng = random.Random(seed)
    pods = [Pod.invent(rng, number) for number in range(POD_COUNT)]
    weights = [1 / (1 + number % 25) for number in range(POD_COUNT)]
    chosen = rng.choices(pods, weights, k=count)
    now = START_NS
    for pod in chosen:
        now += int(rng.expovariate(1 / STEP_NS)) + 1
        text = json_line(rng) if rng.random() < JSON_SHARE else rng.choice(TEMPLATES)(rng)
        yield now, pod, "stderr" if rng.random() < 0.1 else "stdout", text


def _stamp(time_ns: int) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(time_ns // 10**9))}.{time_ns % 10**9:09d}"


def write_bulk(path: Path, count: int, index: str = "logstash-bench") -> int:
    """Write `count` action and document pairs; returns the bytes of the documents alone."""
    action = f'{{"index":{{"_index":"{index}"}}}}\n'
    tails: dict[str, str] = {}
    size = 0
    with open(path, "w", encoding="utf-8") as out:
        for time_ns, pod, stream, text in lines(count):
            tail = tails.get(pod.name)
            if tail is None:
                tail = json.dumps(pod.metadata(), separators=(",", ":"))[1:]
                tails[pod.name] = tail
            document = f'{{"@timestamp":"{_stamp(time_ns)}+00:00","log":{json.dumps(text)},"stream":"{stream}",{tail}\n'
            size += len(document)
            out.write(action + document)
    return size


def write_cri(folder: Path, count: int) -> int:
    """Write `count` lines as CRI files named like those of a node; returns their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    buffers: dict[Pod, list[str]] = {}
    size = 0
    for time_ns, pod, stream, text in lines(count):
        line = f"{_stamp(time_ns)}Z {stream} F {text}\n"
        size += len(line)
        buffers.setdefault(pod, []).append(line)
    for pod, written in buffers.items():
        name = f"{pod.name}_{pod.namespace}_{pod.app}-{pod.container_id}.log"
        (folder / name).write_text("".join(written), encoding="utf-8")
    return size


def ensure(folder: Path, documents: int, cri_lines: int) -> tuple[Path, Path]:
    """The bulk file and the CRI folder of these sizes, made on first use."""
    folder.mkdir(parents=True, exist_ok=True)
    bulk = folder / f"bulk-{documents}.ndjson"
    if documents and not bulk.exists():
        part = bulk.with_suffix(".part")
        write_bulk(part, documents)
        part.rename(bulk)
    node = folder / f"node-{cri_lines}"
    if cri_lines and not node.exists():
        part = node.with_suffix(".part")
        write_cri(part / CONTAINERS, cri_lines)
        part.rename(node)
    return bulk, node / CONTAINERS

"""`python -m kelp.demo.writer FOLDER`: keep the shop busy until a signal comes."""

import itertools
import math
import random
import signal
import sys
import threading
import time
from pathlib import Path

import click

from kelp.demo.node import Node
from kelp.demo.shop import Shop

TICK_SECONDS = 0.2
TROUBLE_EVERY_SECONDS = 420
TROUBLE_LASTS_SECONDS = 60


def in_trouble(now: float) -> bool:
    """The payment provider of the shop is down for a minute of every seven."""
    return now % TROUBLE_EVERY_SECONDS < TROUBLE_LASTS_SECONDS


def visits_per_tick(now: float, rate: float) -> float:
    """The number of visits wanted in one tick: `rate` a second, swinging with a period of ten minutes."""
    return rate * TICK_SECONDS * (1 + 0.5 * math.sin(now / 600 * 2 * math.pi))


def run(root: Path, rate: float, backlog_seconds: int, stop: threading.Event) -> None:
    """Write `backlog_seconds` of the past at once where the folder is new, then follow the clock until `stop`."""
    fresh = not (root / "containers").exists()
    node = Node(root)
    shop = Shop(seed=time.time_ns() if not fresh else 1)
    rng = random.Random()
    now = time.time()
    if fresh:
        for past in itertools.takewhile(
            lambda t: t < now, itertools.count(now - backlog_seconds, TICK_SECONDS)
        ):
            write_tick(node, shop, rng, past, rate)
    while not stop.is_set():
        write_tick(node, shop, rng, time.time(), rate)
        stop.wait(TICK_SECONDS)
    node.close()


def write_tick(node: Node, shop: Shop, rng: random.Random, now: float, rate: float) -> None:
    when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now))
    wanted = visits_per_tick(now, rate)
    count = int(wanted) + (rng.random() < wanted % 1)
    time_ns = int(now * 1e9)
    for _ in range(count):
        for line in shop.visit(when, trouble=in_trouble(now) and rng.random() < 0.6):
            time_ns += rng.randrange(1_000, 900_000)
            node.write(line, time_ns)


@click.command()
@click.argument("root", type=click.Path(path_type=Path))
@click.option("--rate", default=8.0, show_default=True, help="Customer visits a second, on average.")
@click.option(
    "--backlog-seconds", default=900, show_default=True, help="Past to write first into an empty folder."
)
def main(root: Path, rate: float, backlog_seconds: int) -> None:
    """Write the container logs of an invented shop below ROOT until stopped."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(root, rate, backlog_seconds, stop)


if __name__ == "__main__":
    sys.exit(main())

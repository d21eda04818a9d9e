"""Emits numbered batches into a file buffer and says so, until it is killed. Run by test_crash.py."""

import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.metadata import Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.event import Batch
from kelp.agent.plugin import register
from tests.agent.output_driver import T0, make
from tests.agent.waiting import wait_for

FOLDER = Path(sys.argv[1])
START = int(sys.argv[2])


@register("output", "crash_sink")
class CrashSink(BufferedOutput):
    """Appends chunks to a file, sometimes failing."""

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return [b"%d\n" % record["n"] for record in batch.records]

    def write(self, chunk: Chunk) -> None:
        if random.random() < 0.2:
            raise OSError("sink is away")
        descriptor = os.open(FOLDER / "delivered", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, chunk.read())
        os.close(descriptor)


def main() -> None:
    buffer = (
        f"@type file\npath {FOLDER}/buffer\nchunk_limit_size 300\nflush_interval 0.01\nflush_thread_count 2"
    )
    more = "retry_wait 0.01\nretry_max_interval 0.02\nretry_forever\nflush_at_shutdown true"
    driver = make(f"@type crash_sink\n<buffer>\n{buffer}\n{more}\n</buffer>")
    driver.start()
    if START < 0:
        driver.output.flush()
        wait_for(lambda: driver.output.chunks.size == 0)
        driver.stop()
        return
    number = START
    while True:
        count = random.randint(1, 40)
        events = [(T0, {"n": n}) for n in range(number, number + count)]
        driver.emit(random.choice("ab"), *events)
        number += count
        os.write(1, b"%d\n" % number)


main()

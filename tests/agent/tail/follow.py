"""A tail loop to test with: it gathers lines instead of emitting events."""

import contextlib
import threading
import time
from pathlib import Path

from kelp.agent.plugin.input import BufferOverflow
from kelp.agent.tail.loop import TailLoop
from kelp.agent.tail.paths import PathExpander, PathOptions
from kelp.agent.tail.positions import PositionFile, Sidecar
from kelp.agent.tail.reader import Take
from kelp.agent.tail.state import TailOptions
from kelp.common.log import Log

LOG = Log("test.tail")


class Gatherer:
    """Consumer that keeps the lines of each path."""

    multiline = False

    def __init__(self, refuse=0):
        self.lines = []
        self.refuse = refuse
        self.is_stalled = False
        self._going = threading.Event()
        self._going.set()

    @contextlib.contextmanager
    def stalled(self):
        """Hold up the loop at its next data until the end of the block, as a full buffer does."""
        self._going.clear()
        try:
            yield
        finally:
            self._going.set()

    def consume(self, reader, data, take):
        self.is_stalled = not self._going.is_set()
        self._going.wait()
        end = len(data) if take is Take.ALL else data.rfind(b"\n") + 1
        if not end:
            return 0
        if self.refuse:
            self.refuse -= 1
            raise BufferOverflow("full")
        self.lines += [(reader.path, line.decode()) for line in data[:end].removesuffix(b"\n").split(b"\n")]
        return end

    def of(self, path):
        return [line for p, line in self.lines if p == str(path)]

    @property
    def texts(self):
        return [line for _path, line in self.lines]


class Follow(contextlib.AbstractContextManager):
    """A running loop over `paths`; `lines` waits for a number of lines."""

    def __init__(
        self,
        *paths,
        pos_file=None,
        refuse=0,
        consumer=None,
        excluded=(),
        glob_policy="backward_compatible",
        **options,
    ):
        options.setdefault("read_from_head", True)
        options.setdefault("refresh_interval", 0.3)
        options.setdefault("rotate_wait", 0.5)
        self.gatherer = consumer or Gatherer(refuse)
        expander = PathExpander(PathOptions([str(p) for p in paths], excluded, glob_policy), LOG)
        positions = sidecar = None
        if pos_file is not None:
            positions = PositionFile(
                Path(pos_file), follow_inodes=options.get("follow_inodes", False), log=LOG
            )
            sidecar = Sidecar(Path(f"{pos_file}.kelp"), LOG)
        self.loop = TailLoop(TailOptions(**options), expander, self.gatherer, positions, sidecar, LOG)
        self.thread = threading.Thread(target=self.loop.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()
        self.loop.close()

    def lines(self, count, seconds=30.0):
        """The texts gathered once there are `count` of them; fewer when that takes too long."""
        deadline = time.monotonic() + seconds
        while len(self.gatherer.lines) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.gatherer.texts

    def until(self, condition, seconds=30.0):
        deadline = time.monotonic() + seconds
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.01)
        return condition()


def append(path, text):
    with open(path, "ab") as file:
        file.write(text.encode() if isinstance(text, str) else text)

"""One open file: what was handed on, what is still held back, and whether it is still the same file."""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from kelp.agent.origin import Ledger

HEAD_BYTES = 1024
LONGEST_LINE = 64 << 20
_COMPARED_BYTES = 1 << 20


class Take(Enum):
    """How much of the data to hand on."""

    WHOLE_EVENTS = 1  # leave a line without its end, and an event that may go on
    WHOLE_LINES = 2  # the event does not go on
    ALL = 3  # nothing will come any more


Consume = Callable[["Reader", bytes, Take], int]
"""(reader, data, take) → bytes handed on, from the beginning of data, which stands at the reader's position."""

Identity = tuple[int, int]
"""Device and inode."""


@dataclass(slots=True)
class Reader:
    """A file being read. `longest_line`: lines above it are thrown away (0: none are).

    `position`: bytes handed on, which is what is saved. `held`: bytes read behind it that are no whole line or event
    yet. `skipped`: bytes of a line too long that were thrown away while its end is looked for.
    """

    fd: int
    identity: Identity
    path: str
    real_path: str
    position: int
    tag: str = ""  # what stands for * in the tag
    held: bytes = b""
    skipped: int = 0
    head: bytes = b""
    head_grew: bool = False
    rotated: bool = False
    deadline: float = 0.0
    held_since: float = 0.0
    longest_line: int = 0
    end_ns: int = 0  # when the file was last read to its end
    seen: tuple[int, int] = (-1, -1)  # size and mtime at the last look
    window: float = 0.0  # second in which bytes are counted, and how many
    window_bytes: int = 0
    ledger: Ledger = field(default_factory=Ledger)

    @classmethod
    def open(cls, path: str, position: int, file: str) -> "Reader":
        """Open `file` to be read on behalf of `path`. Raises OSError."""
        fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        status = os.fstat(fd)
        reader = cls(fd, (status.st_dev, status.st_ino), path, os.path.realpath(file), position)
        reader.head = os.pread(fd, HEAD_BYTES, 0)
        reader.end_ns = time.time_ns()
        return reader

    @property
    def offset(self) -> int:
        """Where the next read begins."""
        return self.position + self.skipped + len(self.held)

    @property
    def safe_position(self) -> int:
        """Where to begin again after a crash: before all that some stage still keeps in memory."""
        oldest = self.ledger.oldest()
        return self.position if oldest is None else min(oldest, self.position)

    def size(self) -> int:
        return os.fstat(self.fd).st_size

    def modified_ns(self) -> int:
        """When the file was last written."""
        return os.fstat(self.fd).st_mtime_ns

    def began_unseen(self) -> bool:
        """Whether the file was empty at every look and no longer is: it may be of a later generation by now."""
        return not self.head and self.size() > 0

    def begins_with(self, copy: str) -> bool:
        """Whether the file holds what another one does, from its beginning; so does any file an empty one."""
        position = 0
        try:
            with open(copy, "rb") as file:
                while block := file.read(_COMPARED_BYTES):
                    if os.pread(self.fd, len(block), position) != block:
                        return False
                    position += len(block)
        except OSError:
            return False
        return True

    def was_replaced(self) -> bool:
        """Whether the file was cut short or written anew since it was last read."""
        if self.size() < self.offset:
            return True
        head = os.pread(self.fd, HEAD_BYTES, 0)
        same = head[: len(self.head)] == self.head
        if same and len(head) > len(self.head):
            self.head, self.head_grew = head, True
        return not same

    def advance(self, consume: Consume, most: int) -> int:
        """Read up to `most` bytes and hand them on.

        Returns how many were read, 0 at the end of the file, -1 if it was truncated meanwhile: nothing is handed on.
        """
        began = time.time_ns()
        block = os.pread(self.fd, most, self.offset)
        if not block:
            self.end_ns = began
            return 0
        # A file truncated just before the read may have grown past the offset again: then the block is of its
        # next generation. Truncated just after it, the block is found again in the copy.
        if self.was_replaced():
            return -1
        data = self._after_skipped(block) if self.skipped else self.held + block
        if data:
            self._hand_on(data, consume, Take.ALL if len(data) > LONGEST_LINE else Take.WHOLE_EVENTS)
        if self.longest_line and len(self.held) > self.longest_line:
            self.skipped, self.held = self.skipped + len(self.held), b""
        return len(block)

    def _after_skipped(self, block: bytes) -> bytes:
        """What follows the line being thrown away; nothing while its end is not in sight."""
        end = block.find(b"\n") + 1
        if not end:
            self.skipped += len(block)
            return b""
        self.position += self.skipped + end
        self.skipped = 0
        return block[end:]

    def finish(self, consume: Consume, take: Take = Take.ALL) -> None:
        """Hand on what is held back: nothing more will come, or not for this event."""
        if self.held:
            self._hand_on(self.held, consume, take)

    def _hand_on(self, data: bytes, consume: Consume, take: Take) -> None:
        # An exception of `consume` leaves everything as it was: the block is read again.
        used = consume(self, data, take)
        self.position += used
        self.held = data[used:]

    def look(self) -> tuple[bytes, int]:
        """The head there is now, and when that was: to be taken before looking for what came before it."""
        moment = time.time_ns()
        return os.pread(self.fd, HEAD_BYTES, 0), moment

    def restart(self, head: bytes, moment: int) -> None:
        """Begin again at the head, as `look` saw it: the file was truncated."""
        self.position = self.skipped = 0
        self.held = b""
        self.ledger.forget()
        self.head, self.end_ns = head, moment

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def digest(head: bytes) -> str:
    """A short name for the head of a file."""
    return hashlib.blake2b(head, digest_size=16).hexdigest()

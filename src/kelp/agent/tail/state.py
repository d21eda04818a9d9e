"""How an input follows its files, what it did, and what the pieces that do it share."""

import threading
from dataclasses import dataclass, field

from kelp.agent.tail.notifier import News
from kelp.agent.tail.progress import Progress
from kelp.agent.tail.throttle import GroupThrottle
from kelp.agent.tail.watch import Watch
from kelp.common.log import Log


@dataclass(slots=True)
class TailOptions:
    """How to follow; times in seconds, sizes in bytes, 0: no limit."""

    refresh_interval: float = 60.0
    rotate_wait: float = 5.0
    read_from_head: bool = False
    follow_inodes: bool = False
    skip_refresh_on_startup: bool = False
    bytes_per_second: int = 0
    longest_line: int = 0
    multiline_flush_interval: float | None = None
    use_inotify: bool = True
    compaction_interval: float | None = None


@dataclass(slots=True)
class Counters:
    """What the input did since its start."""

    opened: int = 0
    closed: int = 0
    rotated: int = 0
    throttled: int = 0
    tracked: int = 0


@dataclass(slots=True)
class TailState:
    """What the pieces of one loop share. `watches`: by path; `stopping`: what takes long ends early."""

    options: TailOptions
    watches: dict[str, Watch]
    progress: Progress
    news: News
    throttle: GroupThrottle | None
    log: Log
    counters: Counters = field(default_factory=Counters)
    stopping: threading.Event = field(default_factory=threading.Event)

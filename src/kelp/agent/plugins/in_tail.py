"""Input `tail`: follow files, through every kind of rotation, and parse their lines."""

import errno
import re
import threading
import time
from pathlib import Path
from typing import Any

from kelp.agent.config import Element, param
from kelp.agent.event import Batch
from kelp.agent.origin import Lines, Origin, emission
from kelp.agent.parse.multiline import MultilineText
from kelp.agent.plugin.input import BufferOverflow, Input
from kelp.agent.plugin.registry import register
from kelp.agent.tail.consumer import EventConsumer, LineConsumer, StartOf
from kelp.agent.tail.encodings import codec_of
from kelp.agent.tail.loop import TailLoop
from kelp.agent.tail.multiline_consumer import MultilineConsumer
from kelp.agent.tail.paths import PathExpander, PathOptions
from kelp.agent.tail.positions import PositionFile, Sidecar
from kelp.agent.tail.reader import Reader
from kelp.agent.tail.state import TailOptions
from kelp.agent.tail.throttle import GroupSection, GroupThrottle
from kelp.agent.timefmt import is_timezone

_LEAST_BYTES_PER_SECOND = 64 << 10
_RESERVED = ("/", "*", "%")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_ROOM_WAIT = 1.0  # seconds between two attempts to make a position file on a full disk
_pos_files: dict[str, str] = {}


@register("input", "tail")
class TailInput(Input):
    """Read lines as they are appended to files.

    Every file is read to its end, also after it was renamed, copied and truncated, or deleted; a position is saved
    once the outputs have the events, so that a crash repeats some lines but loses none.
    """

    flat_options = ("parser",)
    multi_workers_ready = False

    path: str = param.string(
        description="Files to follow, separated by commas: paths, globs with *, strftime codes."
    )
    path_delimiter: str = param.string(default=",", description="What separates the paths.")
    glob_policy: str = param.enum(
        ["backward_compatible", "extended", "always"], default="backward_compatible",
        description="backward_compatible: only * is special; extended: also ? and []; always: also {a,b}.",
    )  # fmt: skip
    tag: str = param.string(description="Tag of the events; * stands for the path with dots for slashes.")
    exclude_path: list[str] = param.array(default=[], description="Paths and globs not to follow.")
    rotate_wait: float = param.time(
        default=5, description="Seconds to go on reading a file after its rotation."
    )
    pos_file: str | None = param.string(
        default=None, description="File that keeps how far each file was read, in Fluentd's format."
    )
    pos_file_compaction_interval: float | None = param.time(
        default=None, description="Seconds between clean-ups of pos_file; at each start it is cleaned anyway."
    )
    read_from_head: bool = param.boolean(
        default=False, description="Read files found at the start from their beginning, not from their end."
    )
    refresh_interval: float = param.time(default=60, description="Seconds between looks for new files.")
    read_lines_limit: int = param.integer(
        default=0, description="Most lines to hand on at once; 0: as many as fit a block of 256 KiB."
    )
    read_bytes_limit_per_second: int = param.size(
        default=-1, description="Most bytes a second from a file; -1: no limit."
    )
    multiline_flush_interval: float | None = param.time(
        default=None, description="Seconds after which a multi-line event is complete if nothing follows."
    )
    emit_unmatched_lines: bool = param.boolean(
        default=False, description='Emit lines that do not match as {"unmatched_line": line}.'
    )
    enable_watch_timer: bool = param.boolean(default=True, description="Look at files at intervals.")
    enable_stat_watcher: bool = param.boolean(default=True, description="Use inotify.")
    encoding: str | None = param.string(default=None, description="Encoding of the files (default: UTF-8).")
    from_encoding: str | None = param.string(
        default=None, description="Encoding of the files where records are to be in `encoding`."
    )
    path_key: str | None = param.string(default=None, description="Field that takes the path of the file.")
    open_on_every_update: bool = param.boolean(
        default=False,
        description="Accepted for Fluentd's sake: files stay open, so that rotation loses nothing.",
    )
    limit_recently_modified: float | None = param.time(
        default=None, description="Follow only files of a glob changed within so many seconds."
    )
    skip_refresh_on_startup: bool = param.boolean(
        default=False, description="Look for files only after the first refresh_interval."
    )
    ignore_repeated_permission_error: bool = param.boolean(
        default=False, description="Warn of an unreadable file only once."
    )
    path_timezone: str | None = param.string(default=None, description="Zone of strftime codes in path.")
    follow_inodes: bool = param.boolean(
        default=False, description="Keep positions by inode, for globs that also match rotated files."
    )
    max_line_size: int | None = param.size(
        default=None, description="Longer lines are thrown away, with a warning."
    )
    group: GroupSection | None = param.section(
        "group", GroupSection, description="Limits on lines for groups of files."
    )
    parse: Element = param.element(
        "parse", required=True, description="How to parse a line.", plugin_kind="parser"
    )

    def configure(self) -> None:
        self._check()
        for name in [name for name in self.element.attrs if re.fullmatch(r"format\d+", name)]:
            self.element.known.add(name)  # formats may stand beside <parse>, too
            self.parse.set(name, self.element.get(name))
        if self.emit_unmatched_lines and "multiline" in str(self.parse.get("@type")):
            self.parse.set("unmatched_lines", "true")
        self._parser = self.create_parser(self.parse)
        paths = list(dict.fromkeys(p.strip() for p in self.path.split(self.path_delimiter) if p.strip()))
        if not paths:
            raise self.error("option 'path' names no file", "path")
        self._expander = PathExpander(
            PathOptions(
                paths, self.exclude_path, self.glob_policy, self.path_timezone, self.limit_recently_modified,
                self.ignore_repeated_permission_error, siblings_first="*" in self.tag,
            ),
            self.log,
        )  # fmt: skip
        if self.pos_file is None:
            self.log.warning("no pos_file: after a restart, lines may be missing or doubled")
        prefix, star, suffix = self.tag.partition("*")
        self._tag = (prefix, suffix.partition("*")[0]) if star else None
        self._parse_codec = self._codec()
        self._thread: threading.Thread | None = None
        self._loop: TailLoop | None = None
        self._ending = threading.Event()

    def _check(self) -> None:
        if not self.enable_watch_timer and not self.enable_stat_watcher:
            raise self.error(
                "either enable_watch_timer or enable_stat_watcher must be true", "enable_stat_watcher"
            )
        if self.read_bytes_limit_per_second > 0 and not self.enable_watch_timer:
            raise self.error("read_bytes_limit_per_second needs enable_watch_timer", "enable_watch_timer")
        if self.glob_policy == "always" and self.path_delimiter == ",":
            raise self.error("glob_policy always needs another path_delimiter than ','", "glob_policy")
        if self.path_delimiter in _RESERVED:
            raise self.error(
                f"option 'path_delimiter' must not be one of {' '.join(_RESERVED)}", "path_delimiter"
            )
        if self.path_timezone is not None and not is_timezone(self.path_timezone):
            raise self.error(f"unknown time zone {self.path_timezone!r}", "path_timezone")
        if self.follow_inodes and self.pos_file is None:
            raise self.error("follow_inodes needs pos_file", "follow_inodes")
        if self.from_encoding is not None and self.encoding is None:
            raise self.error("from_encoding needs encoding", "from_encoding")
        if 0 < self.read_bytes_limit_per_second < _LEAST_BYTES_PER_SECOND:
            self.log.warning("read_bytes_limit_per_second is raised", bytes=_LEAST_BYTES_PER_SECOND)
            self.read_bytes_limit_per_second = _LEAST_BYTES_PER_SECOND

    def _codec(self) -> str | None:
        """Python's name of the files' encoding; None for UTF-8 and bytes as they are."""
        name = self.from_encoding or self.encoding
        if name is None:
            return None
        try:
            return codec_of(name)
        except LookupError:
            raise self.error(
                f"unknown encoding {name!r}", "from_encoding" if self.from_encoding else "encoding"
            ) from None

    def start(self) -> None:
        if self.pos_file is not None:
            taken = _pos_files.setdefault(self.pos_file, self.plugin_id)
            if taken != self.plugin_id:
                raise self.error(f"pos_file {self.pos_file!r} is already used by {taken}", "pos_file")
        try:
            self._loop = self._make_loop()
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise self.error(f"cannot write pos_file: {error}; set another path", "pos_file") from error
            # What waits in the buffers may make room once it is sent.
            self.log.error("cannot write pos_file: files are followed once there is room", error=error)
        self._thread = threading.Thread(target=self._run, name=f"tail-{self.plugin_id}", daemon=True)
        self._thread.start()

    def _make_loop(self) -> TailLoop:
        """Raises OSError when positions cannot be saved."""
        positions = sidecar = None
        if self.pos_file is not None:
            path = Path(self.pos_file)
            positions = PositionFile(
                path, follow_inodes=self.follow_inodes, log=self.log, mode=self.context.file_mode
            )
            sidecar = Sidecar(path.with_name(path.name + ".kelp"), self.log)
        multiline = isinstance(self._parser, MultilineText)
        options = TailOptions(
            refresh_interval=self.refresh_interval,
            rotate_wait=self.rotate_wait,
            read_from_head=self.read_from_head,
            follow_inodes=self.follow_inodes,
            skip_refresh_on_startup=self.skip_refresh_on_startup,
            bytes_per_second=max(self.read_bytes_limit_per_second, 0),
            longest_line=0 if multiline else (self.max_line_size or 0),
            multiline_flush_interval=self.multiline_flush_interval,
            use_inotify=self.enable_stat_watcher,
            compaction_interval=self.pos_file_compaction_interval,
        )
        throttle = GroupThrottle(self.group) if self.group is not None else None
        return TailLoop(
            options, self._expander, self._consumer(throttle), positions, sidecar, self.log, throttle
        )

    def _consumer(self, throttle: GroupThrottle | None) -> EventConsumer:
        kind = MultilineConsumer if isinstance(self._parser, MultilineText) else LineConsumer
        return kind(
            self._parser,
            self._hand_on,
            self.log,
            emit_unmatched=self.emit_unmatched_lines,
            lines_at_once=self.read_lines_limit,
            longest_line=self.max_line_size or 0,
            codec=self._parse_codec,
            throttle=throttle,
        )

    def _run(self) -> None:
        try:
            while self._loop is None:
                if self._ending.wait(_ROOM_WAIT):
                    return
                self._try_again()
            if not self._ending.is_set():
                self._loop.run()
        except Exception:  # a dead thread must not be silent
            self.log.exception("following files ended by a fault")

    def _try_again(self) -> None:
        try:
            self._loop = self._make_loop()
        except OSError as error:
            self.log.debug("still cannot write pos_file", error=error)
        else:
            self.log.info("there is room for pos_file: following files")

    def _hand_on(self, reader: Reader, batch: Batch, start_of: StartOf) -> None:
        """Emit events of a file. Raises BufferOverflow; after any other fault the events are given up, as in Fluentd."""
        key = self.path_key
        if key is not None:
            for record in batch.records:
                value = record.get(key)
                if value is None or value is False:
                    record[key] = reader.path
        tag = self.tag if self._tag is None else reader.tag.join(self._tag)
        try:
            begin = reader.position
            lines = Lines(reader.ledger, batch.records, lambda index: begin + start_of(index))
            with emission(Origin(reader.ledger, begin), lines=lines):
                self.emit(tag, batch)
        except BufferOverflow:
            raise
        except Exception:  # the router has told outputs' own faults; going on is all that is left
            self.log.exception("cannot emit events: they are given up", tag=tag, events=len(batch))

    def statistics(self) -> dict[str, Any]:
        if self._loop is None:
            return super().statistics()
        counters = self._loop.counters
        return super().statistics() | {
            "opened_file_count": counters.opened,
            "closed_file_count": counters.closed,
            "rotated_file_count": counters.rotated,
            "throttled_log_count": counters.throttled,
            "tracked_file_count": counters.tracked,
        }

    def positions(self) -> list[tuple[str, int, int]]:
        """Path, inode and offset in bytes of every file that is read now."""
        watches = list(self._loop.watches.values()) if self._loop is not None else []
        readers = [(watch.path, watch.current) for watch in watches]
        return [(path, one.identity[1], one.position) for path, one in readers if one is not None]

    def stop(self) -> None:
        self._ending.set()
        if self._loop is not None:
            self._loop.stop()

    def shutdown(self) -> None:
        if self._thread is not None:
            began = time.monotonic()
            self._thread.join(30)
            if self._thread.is_alive():
                self.log.warning("following files does not end", seconds=round(time.monotonic() - began))

    def close(self) -> None:
        if self._loop is not None and self._thread is not None and not self._thread.is_alive():
            self._loop.close()
        if self.pos_file is not None:
            _pos_files.pop(self.pos_file, None)

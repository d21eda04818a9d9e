"""Which files to follow: globs, dates in paths, exclusions, age."""

import contextlib
import fnmatch
import glob
import os
import re
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kelp.agent.timefmt import TimeFormatter, build_time_formatter
from kelp.common.log import Log


@dataclass(slots=True)
class PathOptions:
    """Where to look. `modified_within`: leave out files unchanged for longer, in seconds.

    `siblings_first`: read app.log.1, which is older, before app.log; else the files of a glob come in the order of
    Ruby's Dir.glob, as those who share a tag see it.
    """

    paths: Sequence[str]
    excluded: Sequence[str] = ()
    glob_policy: str = "backward_compatible"
    timezone: str | None = None
    modified_within: float | None = None
    warn_once: bool = False
    siblings_first: bool = False
    formatters: dict[str, TimeFormatter] = field(default_factory=dict)


class PathExpander:
    """Expands the paths of a configuration to the files there are."""

    def __init__(self, options: PathOptions, log: Log) -> None:
        self._options = options
        self._log = log
        self._warned: set[str] = set()

    def expand(self) -> list[str]:
        """Paths of the files to follow now, without those excluded, in order and each once."""
        found: dict[str, None] = {}
        for pattern in self._dated(self._options.paths):
            if self.is_glob(pattern):
                backwards = self._options.siblings_first
                for path in sorted(_glob(pattern), key=_folders_in_order, reverse=backwards):
                    if self._wanted(path):
                        found[path] = None
            elif os.path.exists(pattern):
                found[pattern] = None
        for pattern in self._dated(self._options.excluded):
            for path in _glob(pattern) if self.is_glob(pattern) else [pattern]:
                found.pop(path, None)
        return list(found)

    def matches(self, path: str) -> bool:
        """Whether a path would be followed if there were such a file."""
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in self._dated(self._options.excluded)):
            return False
        return any(fnmatch.fnmatchcase(path, pattern) for pattern in self._dated(self._options.paths))

    def folders(self, files: Sequence[str]) -> set[str]:
        """Folders in which a new file may appear: those of the patterns and of the files found."""
        wanted = {os.path.dirname(path) or "." for path in files}
        for pattern in self._dated(self._options.paths):
            folder = os.path.dirname(pattern) or "."
            while self.is_glob(folder):
                folder = os.path.dirname(folder) or "."
            wanted.add(folder)
        return wanted

    def is_glob(self, path: str) -> bool:
        """Whether `path` is a pattern; by default only `*` makes it one, as in Fluentd."""
        policy = self._options.glob_policy
        if policy == "backward_compatible":
            return "*" in path
        extended = "*" in path or "?" in path or re.search(r"\[.*\]", path) is not None
        return extended or (policy == "always" and re.search(r"\{.*,.*\}", path) is not None)

    def _dated(self, patterns: Sequence[str]) -> list[str]:
        now = time.time_ns()
        out = []
        for pattern in patterns:
            if "%" not in pattern:
                out.append(pattern)
                continue
            formatter = self._options.formatters.get(pattern)
            if formatter is None:
                formatter = build_time_formatter(time_format=pattern, timezone=self._options.timezone)
                self._options.formatters[pattern] = formatter
            out.append(formatter(now))
        return out

    def _wanted(self, path: str) -> bool:
        try:
            status = os.stat(path)
        except OSError as error:
            self._log.debug("file is missing after the list was made", path=path, error=error)
            return False
        if stat.S_ISDIR(status.st_mode):
            return False
        if not os.access(path, os.R_OK):
            if path not in self._warned:
                self._log.warning("cannot read file: permission denied; it is tried again", path=path)
                if self._options.warn_once:
                    self._warned.add(path)
            return False
        limit = self._options.modified_within
        return limit is None or status.st_mtime >= time.time() - limit


def _glob(pattern: str) -> list[str]:
    """Files matching a shell pattern; `{a,b}` alternatives are tried in turn."""
    braces = re.search(r"\{([^{}]*,[^{}]*)\}", pattern)
    if braces is not None:
        choices = braces[1].split(",")
        return [
            path
            for choice in choices
            for path in _glob(pattern[: braces.start()] + choice + pattern[braces.end() :])
        ]
    above, deep, rest = pattern.partition("/**/")
    if not deep:
        return glob.glob(pattern)
    return [
        path
        for top in (glob.glob(above) if above else [""])
        for folder in _folders_within(top)
        for path in _glob(f"{folder}/{rest}")
    ]


def _folders_within(top: str) -> Iterator[str]:
    """A folder and all in it, except hidden ones and links, which Ruby's ** does not follow."""
    yield top
    with contextlib.suppress(OSError), os.scandir(top or "/") as entries:
        for entry in entries:
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                yield from _folders_within(f"{top}/{entry.name}")


def _folders_in_order(path: str) -> list[bytes]:
    """Sorts as Ruby's Dir.glob does: folder by folder, names by their bytes."""
    return os.fsencode(path).split(b"/")


def tag_part(path: str) -> str:
    """What stands for `*` in a tag: the path with dots for slashes."""
    return re.sub(r"\.+", ".", path.replace("/", ".")).removeprefix(".")

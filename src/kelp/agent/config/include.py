"""Which files an `@include` names, and their text."""

import glob
import os
import re
from collections.abc import Callable
from pathlib import Path

from kelp.agent.config.errors import ConfigError, Place
from kelp.common.log import Log

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PATH = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_BACKUP = re.compile(r"[._](?:bak|old|backup|orig|prev|conf|tmp|temp|debug|wip)\.conf$")
_log = Log("agent.config")


def include_paths(
    target: str, folder: Path, place: Place, decode: Callable[[str], str] = lambda path: path
) -> list[Path]:
    """The files an include names: a path or glob (`*`, `**/`), or a `file:` URI; sorted by their names.

    Fluentd reads the target as a URI, so that `{a,b}`, `[ab]`, `\\` and letters beyond ASCII are refused; `decode`
    undoes `%20` and the like. Raises ConfigError.
    """
    path = decode(_uri_path(target, place))
    pattern = path if path.startswith("/") else os.path.normpath(f"{folder.absolute()}/{path}")
    files = [Path(name) for name in ruby_glob(pattern)]
    if not files and "*" not in path:
        _log.warning("included file does not exist", path=pattern, place=place)
    for file in files:
        if path.endswith("*.conf") and _BACKUP.search(file.name):
            _log.warning("an included file looks like a backup copy", path=file, place=place)
    return files


def ruby_glob(pattern: str) -> list[str]:
    """The paths that Ruby's Dir.glob finds, sorted: `{a,b}` too, and `**` is one star unless a slash follows."""
    if pattern.endswith("**"):
        pattern = pattern.rstrip("*") + "*"
    return sorted({name for one in _expand_braces(pattern) for name in glob.glob(one, recursive=True)})


def _expand_braces(pattern: str) -> list[str]:
    match = re.search(r"\{([^{}]*)\}", pattern)
    if match is None:
        return [pattern]
    head, tail = pattern[: match.start()], pattern[match.end() :]
    return [one for choice in match[1].split(",") for one in _expand_braces(head + choice + tail)]


def _uri_path(target: str, place: Place) -> str:
    scheme = _SCHEME.match(target)
    if scheme is not None and scheme[1].lower() != "file":
        raise ConfigError(
            f"cannot include {target}: only files can be included; fetch it to a file first", place
        )
    path = target[scheme.end() :] if scheme else target
    if scheme and path.startswith("//"):
        path = "/" + path[2:].partition("/")[2]
    found = _PATH.match(path)
    if found is None or found[0] != path or not path:
        char = path[found.end()] if found and path else ""
        raise ConfigError(f"cannot include {target}: a path cannot have {char!r}", place)
    return path


def read_config(path: Path, place: Place | None = None) -> str:
    """The text of a configuration file, its line ends as they are. Raises ConfigError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}", place) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"cannot read {path}: not UTF-8 ({error.reason} at byte {error.start})", place
        ) from None

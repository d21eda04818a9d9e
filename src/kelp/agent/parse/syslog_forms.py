"""What stands behind the time of a syslog message, read by Fluentd's two engines: `regexp` and `string`."""

import re
from collections.abc import Callable

from kelp.agent.event import Record
from kelp.agent.ruby.splitting import chomp

SyslogForm = Callable[[str, int], Record | None]
"""Reads a text from an index on; None where it does not fit."""

_RFC3164 = re.compile(
    r"(?P<host>[^ ]*) (?P<ident>[^ :\[]*)(?:\[(?P<pid>[0-9]+)\])?(?:[^:]*:)? *(?P<message>.*)$", re.MULTILINE
)
_RFC5424 = re.compile(
    r"(?P<host>[!-~]{1,255}) (?P<ident>[!-~]{1,48}) (?P<pid>[!-~]{1,128}) (?P<msgid>[!-~]{1,32})"
    r" (?P<extradata>-|(?:\[.*?(?<!\\)\])+)(?: (?P<message>.+))?\Z",
    re.DOTALL,
)


def match_rfc3164(text: str, start: int) -> Record | None:
    """HOST IDENT[PID]: MESSAGE, only the first line of the message."""
    return _groups(_RFC3164.search(text, start))


def match_rfc5424(text: str, start: int) -> Record | None:
    """HOST IDENT PID MSGID EXTRADATA MESSAGE."""
    return _groups(_RFC5424.search(text, start))


def _groups(found: re.Match[str] | None) -> Record | None:
    if found is None:
        return None
    record: Record = {name: value for name, value in found.groupdict().items() if value is not None}
    if "message" in record:
        record["message"] = chomp(record["message"])
    return record


def cut_rfc3164(text: str, start: int, *, colonless: bool) -> Record | None:
    """HOST IDENT[PID]: MESSAGE cut at spaces; with `colonless` the word behind the host is always the ident."""
    host, space, rest = text[start:].partition(" ")
    if not space:
        return None
    record: Record = {"host": host}
    word, space, message = rest.partition(" ")
    if space and (word.endswith(":") or colonless):
        name = word.removesuffix(":")
        if name.endswith("]") and "[" in name:
            record["ident"], _, pid = name.partition("[")
            record["pid"] = pid[:-1]
        else:
            record["ident"] = name
    else:
        message = rest
    record["message"] = chomp(message)
    return record


def cut_rfc5424(text: str, start: int) -> Record | None:
    """HOST IDENT PID MSGID EXTRADATA MESSAGE cut at spaces; extradata loses its backslashes."""
    parts = text[start:].split(" ", 4)
    if len(parts) < 5:
        return None
    *names, rest = parts
    record: Record = dict(zip(("host", "ident", "pid", "msgid"), names, strict=True))
    if rest.startswith("-"):
        record["extradata"], rest = "-", rest[1:]
    else:
        end = rest.find("] ") + 1 or len(rest)
        record["extradata"], rest = rest[:end].replace("\\", ""), rest[end:]
    if rest:
        record["message"] = chomp(rest[1:])
    return record

"""The container runtime's line, `TIME stdout|stderr TAG MESSAGE`, recognised among regular expressions.

Configurations read such lines with one of a few expressions. Where the expression is one of these, cutting at
spaces gives the same groups several times faster; lines for which it might not are left to the expression.
"""

import re
from dataclasses import dataclass
from operator import itemgetter

from kelp.agent.plugin.parser import ParsedLines
from kelp.agent.timefmt import TimeParseError, TimeParser

_NAME = r"\(\?P<(?P<{}>\w+)>"
_KNOWN = re.compile(
    r"\^" + _NAME.format("time") + r"(?P<greedy>\.\+)?(?P<word>\[\^ \][+*]|\\S\+)?\)"
    r" " + _NAME.format("stream") + r"(?:stdout\|stderr|stderr\|stdout)\)"
    r"(?:"
    r" \[\^ \]\*"
    r"| " + _NAME.format("tag") + r"\[\^ \][*+]\)"
    r"|(?P<optional>\((?:\?:)? " + _NAME.format("letter") + r"\.\)\)\?)"
    r")"
    r" " + _NAME.format("log") + r"\.\*\)\$"
)

_MIDDLES = {f" {stream} {tag} ": (stream, tag) for stream in ("stdout", "stderr") for tag in "FP"}
_MIDDLE_WIDTH = len(" stdout F ")
_LEAST_WIDTH = len("2026-11-23T10:00:00.1Z")


@dataclass(frozen=True, slots=True)
class CriShape:
    """Names of the groups; `letter`: the tag is an optional single character."""

    time: str
    stream: str
    tag: str | None
    log: str
    letter: bool
    greedy: bool

    @classmethod
    def of(cls, pattern: str) -> "CriShape | None":
        """The shape that a Python pattern has, None for any other."""
        found = _KNOWN.fullmatch(pattern)
        if found is None or bool(found["greedy"]) == bool(found["word"]):
            return None
        tag = found["tag"] or found["letter"]
        if len({found["time"], found["stream"], tag, found["log"]}) < 4:
            return None
        letter = bool(found["optional"])
        return cls(found["time"], found["stream"], tag, found["log"], letter, bool(found["greedy"]))

    def parse(self, texts: list[str], read_time: TimeParser, out: ParsedLines) -> list[tuple[int, str]]:
        """Parse into `out`; return the lines (index, text) that only the expression can decide."""
        if self._parse_alike(texts, read_time, out):
            return []
        odd: list[tuple[int, str]] = []
        times, records, lines = out.times, out.records, out.lines
        stream_key, tag_key, log_key = self.stream, self.tag, self.log
        letter, greedy = self.letter, self.greedy
        for index, text in enumerate(texts):
            parts = text.split(" ", 3)
            if len(parts) != 4:
                odd.append((index, text))
                continue
            when, stream, tag, log = parts
            if (
                (stream != "stdout" and stream != "stderr")
                or not when
                or not tag
                or (letter and len(tag) != 1)
                or (greedy and _names_a_stream(tag, log))
                or "\n" in text
            ):
                odd.append((index, text))
                continue
            try:
                times.append(read_time(when))
            except TimeParseError as error:
                out.errors[index] = str(error)
                continue
            records.append(
                {stream_key: stream, log_key: log}
                if tag_key is None
                else {stream_key: stream, tag_key: tag, log_key: log}
            )
            lines.append(index)
        return odd

    def _parse_alike(self, texts: list[str], read_time: TimeParser, out: ParsedLines) -> bool:
        """Parse lines whose times have one form and length: the usual case, settled column by column.

        Everything before the message has the same width then, as stdout and stderr do.
        """
        many = getattr(read_time, "many", None)
        width = texts[0].find(" ") if texts else -1
        if many is None or width < _LEAST_WIDTH or min(map(len, texts)) < width + _MIDDLE_WIDTH:
            return False
        begin = width + _MIDDLE_WIDTH
        middles = list(map(itemgetter(slice(width, begin)), texts))
        if not _MIDDLES.keys() >= set(middles):
            return False
        body = "\n".join(texts)
        if body.count("\n") != len(texts) - 1 or (self.greedy and not _has_one_stream(body, len(texts))):
            return False
        times = many(texts, width)
        if times is None:
            return False
        stream, tag, log = self.stream, self.tag, self.log
        pairs = zip(
            map(_MIDDLES.__getitem__, middles), map(itemgetter(slice(begin, None)), texts), strict=True
        )
        out.times = times
        if tag is None:
            out.records = [{stream: name, log: text} for (name, _), text in pairs]
        else:
            out.records = [{stream: name, tag: letter, log: text} for (name, letter), text in pairs]
        out.lines = list(range(len(texts)))
        return True


def _names_a_stream(tag: str, log: str) -> bool:
    """Whether a greedy time would reach beyond the stream, for the last ` stdout ` of the line."""
    return (
        tag in ("stdout", "stderr")
        or " stdout " in log
        or " stderr " in log
        or log.startswith(("stdout ", "stderr "))
    )


def _has_one_stream(body: str, lines: int) -> bool:
    """Whether a greedy time can only end before the stream of each line: no message looks like one."""
    return body.count(" std") == lines or body.count(" stdout ") + body.count(" stderr ") == lines

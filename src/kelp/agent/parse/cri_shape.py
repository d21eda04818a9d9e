"""The container runtime's line, `TIME stdout|stderr TAG MESSAGE`, recognised among regular expressions.

Configurations read such lines with one of a few expressions. Where the expression is one of these, cutting at
spaces gives the same groups several times faster; lines for which it might not are left to the expression.
"""

import re
from dataclasses import dataclass

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
            # a greedy time reaches for the last " stdout " of the line
            if (
                (stream != "stdout" and stream != "stderr")
                or not when
                or not tag
                or (letter and len(tag) != 1)
                or (
                    greedy
                    and (
                        " stdout " in log
                        or " stderr " in log
                        or log.startswith(("stdout ", "stderr "))
                        or tag == "stdout"
                        or tag == "stderr"
                    )
                )
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

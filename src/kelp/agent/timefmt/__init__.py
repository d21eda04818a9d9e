"""Times as Fluentd reads and writes them: text or numbers to nanoseconds since the epoch, and back."""

from kelp.agent.timefmt.formatted import TimeParseError
from kelp.agent.timefmt.formatter import TimeFormatter, build_time_formatter
from kelp.agent.timefmt.parser import TimeParser, build_time_parser
from kelp.agent.timefmt.zones import is_timezone

__all__ = [
    "TimeFormatter",
    "TimeParseError",
    "TimeParser",
    "build_time_formatter",
    "build_time_parser",
    "is_timezone",
]

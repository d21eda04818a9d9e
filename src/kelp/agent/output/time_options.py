"""The options of Fluentd's time formatter, for whatever writes times."""

from kelp.agent.config import Configurable, param
from kelp.agent.timefmt import TimeFormatter, build_time_formatter, is_timezone


class TimeOptions(Configurable):
    """Mixin with `time_type`, `time_format`, `localtime`, `utc`, `timezone`."""

    time_type: str = param.enum(
        ["string", "float", "unixtime", "mixed"], default="string", description="The form of times."
    )
    time_format: str | None = param.string(
        default=None, description="strftime format of times; ISO 8601 by default."
    )
    localtime: bool = param.boolean(default=True, description="Write times in the local zone.")
    utc: bool = param.boolean(default=False, description="Write times in UTC.")
    timezone: str | None = param.string(
        default=None, description="Zone of times, such as +09:00 or Asia/Tokyo."
    )

    def time_formatter(self) -> TimeFormatter:
        """The formatter these options describe. Raises ConfigError."""
        if "localtime" in self.element and "utc" in self.element and self.localtime == self.utc:
            raise self.error("both utc and localtime are given, use only one", "utc")
        if self.timezone is not None and not is_timezone(self.timezone):
            raise self.error(f"option 'timezone' must be a time zone, got {self.timezone!r}", "timezone")
        return build_time_formatter(
            time_type=self.time_type,
            time_format=self.time_format,
            localtime=self.localtime,
            utc=self.utc,
            timezone=self.timezone,
        )


class NewlineOptions(Configurable):
    """Mixin with `add_newline` and `newline`."""

    add_newline: bool = param.boolean(default=True, description="End each event with a line break.")
    newline: str = param.enum(["lf", "crlf"], default="lf", description="The line break.")

    @property
    def line_end(self) -> bytes:
        """What follows each event."""
        if not self.add_newline:
            return b""
        return b"\r\n" if self.newline == "crlf" else b"\n"

"""The options of Fluentd's time formatter, for whatever writes times."""

from kelp.agent.config import Configurable, param
from kelp.agent.timefmt import TimeFormatter, build_time_formatter, is_timezone


class ZoneOptions(Configurable):
    """Mixin with `localtime`, `utc`, `timezone`."""

    localtime: bool = param.boolean(default=True, description="Write times in the local zone.")
    utc: bool = param.boolean(default=False, description="Write times in UTC.")
    timezone: str | None = param.string(
        default=None, description="Zone of times, such as +09:00 or Asia/Tokyo."
    )
    time_format_fallbacks: list[str] = param.array(
        default=[], description="Accepted for compatibility: it concerns reading times."
    )

    def check_zone(self) -> None:
        """Raise ConfigError where there is no such time zone."""
        if self.timezone is not None and not is_timezone(self.timezone):
            raise self.error(f"option 'timezone' must be a time zone, got {self.timezone!r}", "timezone")


class TimeOptions(ZoneOptions):
    """Mixin with `time_type`, `time_format`, and the zone."""

    time_type: str = param.enum(
        ["string", "float", "unixtime", "mixed"], default="string", description="The form of times."
    )
    time_format: str | None = param.string(
        default=None, description="strftime format of times; ISO 8601 by default."
    )

    def time_formatter(self) -> TimeFormatter:
        """The formatter these options describe. Raises ConfigError."""
        if "localtime" in self.element and "utc" in self.element and self.localtime == self.utc:
            raise self.error("both utc and localtime are given, use only one", "utc")
        self.check_zone()
        if self.time_type == "mixed" and self.time_format is None and not self.time_format_fallbacks:
            raise self.error("time_type mixed wants time_format or time_format_fallbacks", "time_type")
        return build_time_formatter(
            time_type="float" if self.time_type == "mixed" else self.time_type,
            time_format=self.time_format,
            localtime=self.localtime,
            utc=self.utc,
            timezone=self.timezone,
        )


class LineEndOption(Configurable):
    """Mixin with `newline`."""

    newline: str = param.enum(["lf", "crlf"], default="lf", description="The line break.")

    @property
    def line_end(self) -> bytes:
        """What follows each event."""
        return b"\r\n" if self.newline == "crlf" else b"\n"


class NewlineOptions(LineEndOption):
    """Mixin with `add_newline` and `newline`."""

    add_newline: bool = param.boolean(default=True, description="End each event with a line break.")

    @property
    def line_end(self) -> bytes:
        """What follows each event."""
        return super().line_end if self.add_newline else b""

"""Parser `syslog`: RFC 3164 and RFC 5424."""

import re

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import ParserError, RecordParser
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register
from kelp.agent.timefmt import TimeParseError, TimeParser, build_time_parser

_RFC3164 = re.compile(
    r"(?P<host>[^ ]*) (?P<ident>[^ :\[]*)(?:\[(?P<pid>[0-9]+)\])?(?:[^:]*:)? *(?P<message>.*)$", re.MULTILINE
)
_RFC5424 = re.compile(
    r"(?P<host>[!-~]{1,255}) (?P<ident>[!-~]{1,48}) (?P<pid>[!-~]{1,128}) (?P<msgid>[!-~]{1,32})"
    r" (?P<extradata>-|(?:\[.*?(?<!\\)\])+)(?: (?P<message>.+))?\Z",
    re.DOTALL,
)
_PRI_3164 = re.compile(r"<([0-9]{1,3})>")
_PRI_5424 = re.compile(r"<(\d{1,3})>\d{1,3}\s")
_LOOKS_5424 = re.compile(r"<[0-9]{1,3}>[1-9]\d{0,2}")
_WITHOUT_FRACTION = "%Y-%m-%dT%H:%M:%S%z"


@register("parser", "syslog")
class SyslogParser(RecordParser):
    """Read syslog messages; `auto` tells both forms apart by the version after the priority."""

    time_format: str | None = param.string(
        default="%b %d %H:%M:%S", description="strptime format of the time, RFC 3164."
    )
    with_priority: bool = param.boolean(default=False, description="Messages begin with <priority>.")
    message_format: str = param.enum(
        ["rfc3164", "rfc5424", "auto"], default="rfc3164", description="Form of messages."
    )
    rfc5424_time_format: str = param.string(
        default="%Y-%m-%dT%H:%M:%S.%L%z", description="strptime format of the time, RFC 5424."
    )
    parser_engine: str = param.enum(
        ["regexp", "string"], default="regexp", alias="parser_type",
        description="Accepted for Fluentd's sake; there is one engine.",
    )  # fmt: skip
    support_colonless_ident: bool = param.boolean(default=True, description="Accepted for Fluentd's sake.")

    def configure(self) -> None:
        if self.message_format == "rfc5424" and "time_format" not in self.element:
            self.time_format = self.rfc5424_time_format
        super().configure()
        self._old = (str(self.time_format).strip().count(" ") + 1, self._reader(str(self.time_format)))
        form = str(self.time_format) if self.message_format == "rfc5424" else self.rfc5424_time_format
        self._new = (form.count(" ") + 1, self._reader(form))
        self._new_short = self._reader(_WITHOUT_FRACTION)

    def _reader(self, form: str) -> TimeParser:
        return build_time_parser(time_format=form, localtime=not self._reads_utc(), timezone=self.timezone)

    def parse_record(self, text: str) -> Record | None:
        parsed = self.parse(text)
        return None if parsed is None else parsed[1]

    def parse(self, text: str) -> Parsed | None:
        if self.message_format == "rfc5424" or (self.message_format == "auto" and _LOOKS_5424.match(text)):
            return self._parse(text, _PRI_5424, _RFC5424, *self._new, rfc5424=True)
        return self._parse(text, _PRI_3164, _RFC3164, *self._old, rfc5424=False)

    def _parse(
        self,
        text: str,
        priority: re.Pattern[str],
        body: re.Pattern[str],
        words: int,
        read_time: TimeParser,
        *,
        rfc5424: bool,
    ) -> Parsed | None:
        record: Record = {}
        start = 0
        if self.with_priority:
            found = priority.match(text)
            if found is None:
                return None
            record["pri"] = int(found[1])
            start = found.end()
        stamp = re.compile(r" *" + r" +".join([r"[^ ]*"] * words) + r"(?= )").match(text, start)
        if stamp is None:
            return None
        when = re.sub(r" +", " ", stamp[0])
        nanos = self._time(when, read_time, rfc5424=rfc5424)
        if self.keep_time_key:
            record["time"] = when
        match = body.search(text, stamp.end() + 1)
        if match is None:
            return None
        for name, value in match.groupdict().items():
            if value is not None:
                record[name] = value.removesuffix("\n") if name == "message" else value
        if self.converts:
            self.convert(record)
        return nanos, record

    def _time(self, text: str, read_time: TimeParser, *, rfc5424: bool) -> int:
        try:
            return read_time(text)
        except TimeParseError as error:
            if not rfc5424:
                raise ParserError(str(error)) from error
        try:
            return self._new_short(text)
        except TimeParseError as error:
            raise ParserError(str(error)) from error

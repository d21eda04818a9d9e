"""Parser `syslog`: RFC 3164 and RFC 5424."""

import re
from dataclasses import dataclass
from functools import partial

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import ParserError, RecordParser, Unfit
from kelp.agent.parse.syslog_forms import (
    SyslogForm,
    cut_rfc3164,
    cut_rfc5424,
    match_rfc3164,
    match_rfc5424,
)
from kelp.agent.plugin.parser import Parsed
from kelp.agent.plugin.registry import register
from kelp.agent.ruby.numbers import to_i
from kelp.agent.timefmt import TimeParseError, TimeParser, build_time_parser

_PRI_3164 = re.compile(r"<([0-9]{1,3})>")
_PRI_5424 = re.compile(r"<(\d{1,3})>\d{1,3}\s")
_ANY_PRI_3164 = re.compile(r"<([^>]+)>")
_ANY_PRI_5424 = re.compile(r"<([^>]+)>[^ ]* ")
_LOOKS_5424 = re.compile(r"<[0-9]{1,3}>[1-9]\d{0,2}")
# What follows `<` never ends, or what follows the priority of RFC 5424.
_OPEN_PRI = re.compile(r"<(?!>)(?:[^>]*\Z|[^>]+>[^ ]*\Z)")
_FIXED_WIDTH = ("%b %d %H:%M:%S", "%b %d %H:%M:%S.%N")
_FIXED_STAMP = re.compile(r".{15}(?= )|.{15}\.[^ ]*(?= )", re.DOTALL)
_OPEN_FRACTION = re.compile(r".{15}\.", re.DOTALL)
_WITHOUT_FRACTION = "%Y-%m-%dT%H:%M:%S%z"


@dataclass(frozen=True, slots=True)
class _Form:
    """How messages of one RFC are read."""

    priority: re.Pattern[str]
    stamp: re.Pattern[str]
    time_parsers: tuple[TimeParser, ...]
    rest: SyslogForm


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
        description="regexp matches expressions, string cuts at spaces.",
    )  # fmt: skip
    support_colonless_ident: bool = param.boolean(
        default=True,
        description="With parser_engine string, take the word behind the host for the ident, colon or not.",
    )

    def configure(self) -> None:
        if self.message_format == "rfc5424" and "time_format" not in self.element:
            self.time_format = self.rfc5424_time_format
        super().configure()
        self._old = self._rfc3164(str(self.time_format))
        self._new = self._rfc5424(
            str(self.time_format) if self.message_format == "rfc5424" else self.rfc5424_time_format
        )

    def _rfc3164(self, form: str) -> _Form:
        readers = (self._reader(form),)
        if self.parser_engine == "regexp":
            return _Form(_PRI_3164, _words(form), readers, match_rfc3164)
        stamp = _FIXED_STAMP if form in _FIXED_WIDTH else _words(form)
        return _Form(
            _ANY_PRI_3164, stamp, readers, partial(cut_rfc3164, colonless=self.support_colonless_ident)
        )

    def _rfc5424(self, form: str) -> _Form:
        readers = (self._reader(form), self._reader(_WITHOUT_FRACTION))
        if self.parser_engine == "regexp":
            return _Form(_PRI_5424, _words(form), readers, match_rfc5424)
        return _Form(_ANY_PRI_5424, _words(form, leading=" " in form), readers, cut_rfc5424)

    def _reader(self, form: str) -> TimeParser:
        return build_time_parser(time_format=form, localtime=not self._reads_utc(), timezone=self.timezone)

    def parse_record(self, text: str) -> Record | None:
        parsed = self.parse(text)
        return None if parsed is None else parsed[1]

    def parse(self, text: str) -> Parsed | None:
        """Time and record; `types` and null options do not apply, as in Fluentd."""
        is_new = self.message_format == "rfc5424" or (
            self.message_format == "auto" and _LOOKS_5424.match(text) is not None
        )
        form = self._new if is_new else self._old
        priority = form.priority.match(text) if self.with_priority else None
        if self.with_priority and priority is None:
            if self.parser_engine == "string" and _OPEN_PRI.match(text):
                raise Unfit(f"cannot find the end of the priority in {text!r}")
            return None
        stamp = form.stamp.match(text, priority.end() if priority else 0)
        if stamp is None:
            if form.stamp is _FIXED_STAMP and not _OPEN_FRACTION.match(
                text, priority.end() if priority else 0
            ):
                return None
            raise Unfit(f"cannot find the end of the time in {text!r}")
        record = form.rest(text, stamp.end() + 1)
        if record is None and self.parser_engine == "string":
            return None
        when = stamp[0] if form.stamp is _FIXED_STAMP else re.sub(r" +", " ", stamp[0])
        nanos = _read_time(when, form.time_parsers)
        if record is None:
            return None
        if priority is not None:
            record["pri"] = to_i(priority[1])
        if self.keep_time_key:
            record["time"] = when
        return nanos, record


def _words(form: str, leading: bool = True) -> re.Pattern[str]:
    """As many words as the time format has, up to the space behind them."""
    count = len(re.findall(r" +", form)) + 1
    return re.compile((r" *" if leading else "") + r" +".join([r"[^ ]*"] * count) + r"(?= )")


def _read_time(text: str, parsers: tuple[TimeParser, ...]) -> int:
    for parser in parsers[:-1]:
        try:
            return parser(text)
        except TimeParseError:
            continue
    try:
        return parsers[-1](text)
    except TimeParseError as error:
        raise ParserError(str(error)) from error

"""Messages as syslog servers take them, https://www.rfc-editor.org/rfc/rfc3164."""

import re
import time
from dataclasses import dataclass

FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "at", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip
SEVERITIES = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
_WORD = re.compile(r"[!-~]+")
_LONGEST_TAG = 32


@dataclass(frozen=True, slots=True)
class Header:
    """What messages say of where they come from. Raises ValueError."""

    facility: str
    severity: str
    hostname: str
    program: str

    def __post_init__(self) -> None:
        for name, text, known in (
            ("facility", self.facility, FACILITIES),
            ("severity", self.severity, SEVERITIES),
        ):
            if text not in known:
                raise ValueError(f"there is no {name} {text!r}")
        for name, text in (("hostname", self.hostname), ("program", self.program)):
            if not _WORD.fullmatch(text):
                raise ValueError(f"{name} {text!r} is no word of ASCII")
        if len(self.program) > _LONGEST_TAG:
            raise ValueError(f"program {self.program!r} has more than {_LONGEST_TAG} characters")

    def text(self, now: float) -> bytes:
        """The header of messages sent `now` (seconds since the epoch)."""
        priority = FACILITIES.index(self.facility) * 8 + SEVERITIES.index(self.severity)
        moment = time.localtime(now)
        stamp = f"{time.strftime('%b', moment)} {moment.tm_mday:2d} {time.strftime('%H:%M:%S', moment)}"
        return f"<{priority}>{stamp} {self.hostname} {self.program}: ".encode()


def packets(header: Header, data: bytes, now: float, limit: int) -> list[bytes]:
    """A message per line that is not blank, each cut to `limit` bytes, but not within a character."""
    head = header.text(now)
    return [_cut(head + line.removesuffix(b"\r"), limit) for line in data.split(b"\n") if line.strip()]


def _cut(packet: bytes, limit: int) -> bytes:
    if len(packet) <= limit:
        return packet
    end = limit
    while end > 0 and packet[end] & 0xC0 == 0x80:
        end -= 1
    return packet[:end]

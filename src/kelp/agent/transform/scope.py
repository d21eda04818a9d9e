"""What templates see besides the record: the parts of a tag, computed once per tag."""

import socket
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TagScope:
    """A tag and its parts; `prefixes[i]` are the parts up to i joined, `suffixes[i]` those from i on."""

    tag: str
    parts: list[str]
    prefixes: list[str]
    suffixes: list[str]
    hostname: str

    @classmethod
    def of(cls, tag: str) -> "TagScope":
        parts = tag.split(".") if tag else []
        prefixes = [".".join(parts[: at + 1]) for at in range(len(parts))]
        suffixes = [".".join(parts[at:]) for at in range(len(parts))]
        return cls(tag, parts, prefixes, suffixes, socket.gethostname())

    def variables(self) -> dict[str, Any]:
        """The names Ruby expressions may use, without `record` and `time`."""
        return {
            "tag": self.tag,
            "tag_parts": self.parts,
            "tag_prefix": self.prefixes,
            "tag_suffix": self.suffixes,
            "hostname": self.hostname,
        }


VARIABLES = ("tag", "tag_parts", "tag_prefix", "tag_suffix", "hostname", "time", "record")

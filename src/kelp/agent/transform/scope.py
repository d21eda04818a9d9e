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
        parts = _split(tag)
        prefixes = [".".join(parts[: at + 1]) for at in range(len(parts))]
        suffixes = [".".join(parts[at:]) for at in range(len(parts))]
        return cls(tag, parts, prefixes, suffixes, socket.gethostname())

    def variables(self, *, copied: bool = False) -> dict[str, Any]:
        """The names Ruby expressions may use, without `record` and `time`; `copied` for those that change them."""
        lists = {
            "tag_parts": self.parts,
            "tags": self.parts,
            "tag_prefix": self.prefixes,
            "tag_suffix": self.suffixes,
        }
        if copied:
            lists = {name: list(parts) for name, parts in lists.items()}
        return {"tag": self.tag, "hostname": self.hostname, **lists}


def _split(tag: str) -> list[str]:
    """As Ruby splits: empty parts at the end do not count."""
    return tag.rstrip(".").split(".") if tag.rstrip(".") else []


VARIABLES = ("tag", "tag_parts", "tag_prefix", "tag_suffix", "hostname", "time", "record")

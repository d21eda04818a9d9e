"""Text that was read in another encoding than it says, or is to be written in one."""

import codecs
from collections.abc import Callable
from typing import Any

from kelp.agent.event import Record

Recode = Callable[[Record], Record]


def recoder(source: str, target: str = "utf-8") -> Recode:
    """Reads every text of a record, names aside, as `source` and writes it as `target`.

    What is invalid in the one or missing in the other is replaced. Bytes of `target` that are no UTF-8 stand as
    such bytes do in records: as lone surrogates.
    """
    is_utf8 = codecs.lookup(target).name == "utf-8"

    def text(data: bytes) -> str:
        found = data.decode(source, "replace")
        return found if is_utf8 else found.encode(target, "replace").decode("utf-8", "surrogateescape")

    def one(value: Any) -> Any:
        if isinstance(value, str):
            return value if value.isascii() and is_utf8 else text(value.encode("utf-8", "surrogateescape"))
        if isinstance(value, bytes):
            return text(value)
        if isinstance(value, dict):
            return {key: one(inner) for key, inner in value.items()}
        return [one(inner) for inner in value] if isinstance(value, list) else value

    return lambda record: {key: one(value) for key, value in record.items()}

"""Text that was read in another encoding than it says."""

from collections.abc import Callable
from typing import Any

from kelp.agent.event import Record

Recode = Callable[[Record], Record]


def recoder(encoding: str) -> Recode:
    """Reads every text of a record, names aside, as `encoding`; what is invalid there is replaced."""

    def one(value: Any) -> Any:
        if isinstance(value, str):
            return (
                value
                if value.isascii()
                else value.encode("utf-8", "surrogateescape").decode(encoding, "replace")
            )
        if isinstance(value, bytes):
            return value.decode(encoding, "replace")
        if isinstance(value, dict):
            return {key: one(inner) for key, inner in value.items()}
        return [one(inner) for inner in value] if isinstance(value, list) else value

    return lambda record: {key: one(value) for key, value in record.items()}

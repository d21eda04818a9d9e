"""What the events of one chunk have in common."""

from typing import Any, NamedTuple


class Metadata(NamedTuple):
    """The chunk keys of one chunk; parts that are not chunk keys are None.

    `timekey` is in seconds since the epoch; `variables` are (chunk key, value) pairs in the order of the keys.
    """

    timekey: int | None = None
    tag: str | None = None
    variables: tuple[tuple[str, Any], ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The form kept in the header of a chunk file."""
        variables = None if self.variables is None else [list(pair) for pair in self.variables]
        return {"timekey": self.timekey, "tag": self.tag, "variables": variables}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Metadata":
        """The inverse of `to_json`."""
        pairs = fields.get("variables")
        variables = None if pairs is None else tuple((key, value) for key, value in pairs)
        return cls(fields.get("timekey"), fields.get("tag"), variables)


EMPTY = Metadata()

"""What a saved object is, and how it lies in the index."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from kelp.common.errors import KelpError

TYPES: dict[str, frozenset[str]] = {
    "index-pattern": frozenset({"title"}),
    "search": frozenset({"title"}),
    "query": frozenset({"title", "query"}),
    "url": frozenset({"url"}),
    "config": frozenset(),
}
"""The types Kelp reads and writes, each with the attributes it must have."""


class SavedObjectError(KelpError):
    """A request about saved objects that cannot be carried out; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class SavedObject:
    """One saved object, in Kibana's terms."""

    type: str
    id: str
    attributes: dict[str, Any]
    references: list[dict[str, Any]] = field(default_factory=list)
    updated_at: str = ""
    version: str = ""

    @property
    def document_id(self) -> str:
        """The id of the document that holds the object: `index-pattern:abc`."""
        return f"{self.type}:{self.id}"

    def to_document(self) -> dict[str, Any]:
        """The document: the attributes under the name of the type, as Kibana lays them out."""
        return {
            "type": self.type,
            self.type: self.attributes,
            "title": str(self.attributes.get("title", "")),
            "references": self.references,
            "updated_at": self.updated_at,
        }

    def to_json(self) -> dict[str, Any]:
        """The object as the API shows it."""
        shown: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "attributes": self.attributes,
            "references": self.references,
            "namespaces": ["default"],
        }
        if self.updated_at:
            shown["updated_at"] = self.updated_at
        if self.version:
            shown["version"] = self.version
        return shown

    def check(self) -> None:
        """Raise SavedObjectError unless type and attributes are such as Kelp can work with."""
        if self.type not in TYPES:
            raise SavedObjectError(400, f"Unsupported saved object type: '{self.type}'")
        missing = sorted(name for name in TYPES[self.type] if name not in self.attributes)
        if missing:
            raise SavedObjectError(
                400, f"cannot save {self.type} {self.id!r}: attribute {missing[0]!r} is missing"
            )


def from_hit(hit: dict[str, Any]) -> SavedObject | None:
    """The object a document holds; None for a document that is none."""
    source = hit.get("_source") or {}
    kind = source.get("type")
    _, colon, object_id = str(hit.get("_id", "")).partition(":")
    if not isinstance(kind, str) or not colon or not isinstance(source.get(kind), dict):
        return None
    version = ""
    if "_seq_no" in hit and "_primary_term" in hit:
        version = f"{hit['_seq_no']},{hit['_primary_term']}"
    references = source.get("references")
    return SavedObject(
        type=kind,
        id=object_id,
        attributes=source[kind],
        references=references if isinstance(references, list) else [],
        updated_at=str(source.get("updated_at", "")),
        version=version,
    )


def from_json(value: Any, *, new_id: bool = False) -> SavedObject:
    """The object a client sent; raises SavedObjectError when its shape is wrong."""
    if not isinstance(value, dict):
        raise SavedObjectError(400, "cannot read a saved object: it must be a JSON object")
    kind, attributes, references = value.get("type"), value.get("attributes"), value.get("references") or []
    if not isinstance(kind, str):
        raise SavedObjectError(400, "cannot read a saved object: 'type' is missing")
    if not isinstance(attributes, dict):
        raise SavedObjectError(400, f"cannot read a saved object of type {kind!r}: 'attributes' is missing")
    if not isinstance(references, list) or not all(isinstance(item, dict) for item in references):
        raise SavedObjectError(
            400, f"cannot read a saved object of type {kind!r}: 'references' must be a list"
        )
    given = value.get("id")
    object_id = str(given) if given and not new_id else str(uuid.uuid4())
    return SavedObject(kind, object_id, attributes, references, now_iso())


def now_iso() -> str:
    """The time as Kibana writes it: 2026-11-23T10:00:00.123Z."""
    seconds = time.time()
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds * 1000) % 1000:03d}Z"

"""A decoder compiled from a mapping: it accepts the documents that can go into the segment as they are."""

import re
from typing import Annotated, Any

import msgspec

from kelp.store.mapping import dates
from kelp.store.mapping.field import INTEGER_RANGES, Field
from kelp.store.mapping.mapping import Mapping
from kelp.store.mapping.merge import RESERVED_KEY

_EMPTY_OBJECT = re.compile(rb"\{\s*\}")
_UNWRITABLE = re.compile(r'["\\\x00-\x1f\x7f]')
_IP_PATTERN = r"\A(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){7})\Z"
_CHUNK = 128

Tree = dict[str, Any]
"""Keys of JSON objects: to a Field, or to the Tree below."""


def key_tree(mapping: Mapping) -> Tree:
    """The live fields of a mapping by their JSON keys."""
    tree: Tree = {}
    for item in mapping.columns_of_fields():
        if not item.live or item.keys[0] == RESERVED_KEY:
            continue
        level = tree
        for key in item.keys[:-1]:
            level = level.setdefault(key, {})
        level[item.keys[-1]] = item
    return tree


class Decoder:
    """Tells documents that fit the columns exactly from those that do not.

    "Exactly" means that reading the columns gives back an equal document: known keys only, every value of its
    column's own JSON type, no null, no array, no empty object.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.generation = mapping.generation
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
            _struct("Document", key_tree(mapping))
        )

    def conforming(self, documents: list[bytes]) -> list[int]:
        """The positions of the documents that do NOT conform, in order; `[]` is the usual case."""
        whole = b"\n".join(documents)
        if _EMPTY_OBJECT.search(whole) is None:
            try:
                # Blank documents are skipped by decode_lines: they must not pass for conforming ones.
                if len(self._decoder.decode_lines(whole)) == len(documents):
                    return []
            except (msgspec.DecodeError, UnicodeDecodeError):
                pass
        return self._one_by_one(documents)

    def _one_by_one(self, documents: list[bytes]) -> list[int]:
        odd: list[int] = []
        for start in range(0, len(documents), _CHUNK):
            chunk = documents[start : start + _CHUNK]
            joined = b"\n".join(chunk)
            if _EMPTY_OBJECT.search(joined) is None:
                try:
                    if len(self._decoder.decode_lines(joined)) == len(chunk):
                        continue
                except (msgspec.DecodeError, UnicodeDecodeError):
                    pass
            odd += [start + at for at, document in enumerate(chunk) if not self._conforms(document)]
        return odd

    def _conforms(self, document: bytes) -> bool:
        if _EMPTY_OBJECT.search(document):
            return False
        try:
            self._decoder.decode(document)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        return True


def _struct(name: str, tree: Tree) -> type:
    fields: list[tuple[str, Any, Any]] = []
    renamed: dict[str, str] = {}
    for number, (key, below) in enumerate(tree.items()):
        if _UNWRITABLE.search(key):
            continue  # such keys are read one document at a time
        if isinstance(below, dict):
            inner: Any = _struct(f"{name}_{number}", below)
        else:
            inner = _type(below)
            if inner is None:
                continue
        attribute = f"f{number}"
        renamed[attribute] = key
        fields.append((attribute, inner | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct(name, fields, rename=renamed, forbid_unknown_fields=True, gc=False)


def _type(field: Field) -> Any:
    """The strict Python type of a field's values; None for fields that need a closer look each time."""
    if "copy_to" in field.params:
        return None
    kind = field.kind
    if kind == "string":
        return Annotated[str, msgspec.Meta(pattern=_IP_PATTERN)] if field.type == "ip" else str
    if kind == "long":
        low, high = INTEGER_RANGES[field.type]
        return Annotated[int, msgspec.Meta(ge=low, le=min(high, 2**63 - 1))]
    if kind == "double":
        return float
    if kind == "boolean":
        return bool
    return _date_type(field.params.get("format"))


def _date_type(format_text: str | None) -> Any:
    accepted: Any = None
    if dates.accepts_canonical(format_text):
        accepted = Annotated[str, msgspec.Meta(pattern=dates.CANONICAL_PATTERN)]
    unit = dates.integer_form(format_text)
    if unit is not None:
        limit = 9_000_000_000_000 if unit == "epoch_millis" else 9_000_000_000
        number = Annotated[int, msgspec.Meta(ge=-limit, le=limit)]
        accepted = number if accepted is None else accepted | number
    return accepted

"""Export and import of saved objects as Kibana's NDJSON."""

import email.policy
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

import orjson

from kelp.ui.saved_objects.model import TYPES, SavedObject, SavedObjectError, from_json
from kelp.ui.saved_objects.repository import Repository
from kelp.ui.settings import KIBANA_VERSION

CONFLICT = 409


def export_lines(items: list[SavedObject], missing: list[dict[str, str]]) -> bytes:
    """NDJSON of the objects and, last, Kibana's line of totals."""
    lines = [
        orjson.dumps({**item.to_json(), "coreMigrationVersion": KIBANA_VERSION, "migrationVersion": {}})
        for item in items
    ]
    totals = {
        "excludedObjects": [],
        "excludedObjectsCount": 0,
        "exportedCount": len(items),
        "missingRefCount": len(missing),
        "missingReferences": missing,
    }
    return b"\n".join([*lines, orjson.dumps(totals)]) + b"\n"


async def with_references(
    repository: Repository, items: list[SavedObject]
) -> tuple[list[SavedObject], list[dict[str, str]]]:
    """The objects and all they refer to, each once; and the references that lead nowhere."""
    found = {(item.type, item.id): item for item in items}
    missing: list[dict[str, str]] = []
    waiting = list(items)
    while waiting:
        for reference in waiting.pop().references:
            key = (str(reference.get("type")), str(reference.get("id")))
            if key in found or {"type": key[0], "id": key[1]} in missing:
                continue
            try:
                found[key] = await repository.get(*key)
                waiting.append(found[key])
            except SavedObjectError as error:
                if error.status != 404:
                    raise
                missing.append({"type": key[0], "id": key[1]})
    return list(found.values()), missing


def file_of(body: bytes, content_type: str) -> bytes:
    """The uploaded file: the part named `file` of a form, or the whole body when it is no form."""
    if not content_type.lower().startswith("multipart/form-data"):
        return body
    head = b"MIME-Version: 1.0\r\nContent-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    for part in message.iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else b""
    raise SavedObjectError(400, "[request body.file]: expected value of type [Stream] but got [undefined]")


def parse_lines(data: bytes, *, new_ids: bool) -> list[SavedObject]:
    """The objects of an NDJSON file; its line of totals is passed over."""
    items: list[SavedObject] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise SavedObjectError(400, f"cannot read line {number} of the file: {error}") from error
        if isinstance(value, dict) and "exportedCount" in value:
            continue
        try:
            items.append(from_json(value, new_id=new_ids))
        except SavedObjectError as error:
            raise SavedObjectError(400, f"line {number} of the file: {error}") from error
    if new_ids:
        _renumber(items, data)
    return items


def _renumber(items: list[SavedObject], data: bytes) -> None:
    values = [orjson.loads(line) for line in data.splitlines() if line.strip()]
    old = [value for value in values if "exportedCount" not in value]
    new_ids = {(item.type, value.get("id")): item.id for item, value in zip(items, old, strict=True)}
    for item in items:
        for reference in item.references:
            key = (reference.get("type", ""), reference.get("id"))
            reference["id"] = new_ids.get(key, reference.get("id"))


@dataclass(slots=True)
class ImportReport:
    """What an import did, as Kibana reports it."""

    successes: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def add_error(self, item: SavedObject, kind: str, **more: Any) -> None:
        """Note that an object was not imported, and why."""
        meta = {"title": item.attributes.get("title", "")}
        error = {"type": kind, **more}
        self.errors.append({"id": item.id, "type": item.type, "meta": meta, **meta, "error": error})

    def to_json(self) -> dict[str, Any]:
        """Kibana's answer."""
        answer: dict[str, Any] = {
            "success": not self.errors,
            "successCount": len(self.successes),
            "warnings": [],
        }
        if self.successes:
            answer["successResults"] = self.successes
        if self.errors:
            answer["errors"] = self.errors
        return answer


async def import_items(repository: Repository, items: list[SavedObject], *, overwrite: bool) -> ImportReport:
    """Save what can be saved; the rest is reported object by object."""
    report = ImportReport()
    own = {(item.type, item.id) for item in items}
    wanted: list[SavedObject] = []
    for item in items:
        if item.type not in TYPES:
            report.add_error(item, "unsupported_type")
            continue
        lost = [ref for ref in item.references if not await _exists(repository, ref, own)]
        if lost:
            references = [{"type": ref.get("type"), "id": ref.get("id")} for ref in lost]
            report.add_error(item, "missing_references", references=references)
            continue
        wanted.append(item)
    for item, fault in zip(wanted, await repository.create_many(wanted, overwrite=overwrite), strict=True):
        if fault is None:
            report.successes.append(
                {"type": item.type, "id": item.id, "meta": {"title": item.attributes.get("title", "")}}
            )
        elif fault.status == CONFLICT:
            report.add_error(item, "conflict")
        else:
            report.add_error(item, "unknown", message=str(fault), statusCode=fault.status)
    return report


async def _exists(repository: Repository, reference: dict[str, Any], own: set[tuple[str, str]]) -> bool:
    key = (str(reference.get("type")), str(reference.get("id")))
    # Only index patterns are looked for: Kibana too lets other references dangle.
    if key in own or key[0] != "index-pattern":
        return True
    try:
        await repository.get(*key)
    except SavedObjectError as error:
        if error.status != 404:
            raise
        return False
    return True

"""The catalog: which indices there are, and the small documents kept beside them (templates, pipelines…)."""

import base64
import re
import threading
import time
import uuid as uuids
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from kelp.common.log import Log
from kelp.store.engine import schema
from kelp.store.engine.engine import DATABASE, Engine
from kelp.store.errors import EngineError, IndexExists, IndexNotFound, illegal_argument
from kelp.store.index.expression import date_math_name, expand
from kelp.store.index.files import make_folder, remove_durably, write_durably
from kelp.store.index.index import Index
from kelp.store.index.names import check_index_name
from kelp.store.index.settings import FIELDS_LIMIT_SETTING, check_counts, fields_limit, flat_settings
from kelp.store.mapping.mapping import DEFAULT_FIELDS_LIMIT, Mapping
from kelp.store.mapping.merge import merge
from kelp.store.mapping.state import from_state, to_state

log = Log("store.catalog")

VERSION_CREATED = "7170999"


@dataclass
class NewIndex:
    """What templates give an index that is made by its first document."""

    settings: dict[str, Any] = field(default_factory=dict)
    mappings: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)


class Catalog:
    """All indices by name. Methods may be called from any thread; what they change is on disk when they return."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        self._lock = threading.RLock()
        self._indices: dict[str, Index] = {}
        self._documents: dict[str, dict[str, Any]] = {}
        self.template_for: Callable[[str], NewIndex] = lambda name: NewIndex()
        """Settings, mappings and aliases that templates give an index of this name."""
        self.stream_for: Callable[[str], Index | None] = lambda name: None
        """The first backing index of a new data stream, for a name that a template makes one of."""
        self.on_delete: list[Callable[[Index], None]] = []
        """Called with an index that was just taken out of the catalog, before its table is dropped."""
        make_folder(folder / "indices")
        self._load()

    def _load(self) -> None:
        columns = self._engine_columns()
        for path in sorted((self._folder / "indices").glob("*.json")):
            state = orjson.loads(path.read_bytes())
            index = Index(
                name=state["name"],
                uuid=state["uuid"],
                table=schema.table_name(state["uuid"]),
                mapping=from_state(state["mapping"]),
                settings=state["settings"],
                aliases=state["aliases"],
                created_ms=state["created_ms"],
                columns=frozenset(columns.get(state["uuid"], ())),
                closed=state["closed"],
                hidden=state["hidden"],
            )
            if not index.columns:
                # The folder of the engine was lost or the crash came between catalog and table.
                self._engine.command(schema.create_table(index.table))
                index.columns = schema.BASE_COLUMNS
            _take_column_types(index, columns.pop(index.uuid, {}))
            self._indices[index.name] = index
        for orphan in columns:
            log.info("dropping the table of a deleted index", uuid=orphan)
            self._engine.command(schema.drop_table(schema.table_name(orphan)))
        for path in self._folder.glob("*.json"):
            self._documents[path.stem] = orjson.loads(path.read_bytes())

    def _engine_columns(self) -> dict[str, dict[str, str]]:
        """The types of the columns of all tables."""
        rows = self._engine.query(
            "SELECT table, groupArray(name), groupArray(type) FROM system.columns "
            "WHERE database = {database:String} GROUP BY table",
            {"database": DATABASE},
        )
        return {table: dict(zip(names, types, strict=True)) for table, names, types in rows}

    def get(self, name: str) -> Index | None:
        """The index of exactly this name; aliases are not looked up."""
        return self._indices.get(name)

    def indices(self) -> list[Index]:
        """All indices by name."""
        with self._lock:
            return [self._indices[name] for name in sorted(self._indices)]

    def aliases(self) -> dict[str, list[Index]]:
        """All aliases and the indices behind each."""
        found: dict[str, list[Index]] = {}
        for index in self.indices():
            for alias in index.aliases:
                found.setdefault(alias, []).append(index)
        return found

    def resolve(
        self,
        expression: str,
        *,
        allow_no_indices: bool = True,
        ignore_unavailable: bool = False,
        expand_wildcards: str = "open",
    ) -> list[Index]:
        """The indices an expression stands for: names, aliases, wildcards, -exclusions, `<logs-{now/d}>`, `_all`.

        `expand_wildcards` is a comma-separated list of open, closed, hidden, none, all. Raises IndexNotFound.
        """
        states = set(expand_wildcards.split(","))
        everything = "all" in states
        aliases = self.aliases()
        names = expand(
            expression,
            lambda: [*self._indices, *aliases],
            lambda name: name in self._indices or name in aliases,
            allow_no_indices=allow_no_indices,
            ignore_unavailable=ignore_unavailable,
            hidden=lambda name: name in self._indices and self._indices[name].hidden,
            expand_hidden=everything or "hidden" in states,
            expand_none="none" in states,
        )
        # A name that was spelled out is found in any state, wildcards find only those asked for.
        named = (
            set() if expression in ("", "_all") else {date_math_name(part) for part in expression.split(",")}
        )
        found: dict[str, Index] = {}
        for name in names:
            index = self._indices.get(name)
            for each in [index] if index is not None else aliases.get(name, []):
                state = "closed" if each.closed else "open"
                if name in named or everything or state in states:
                    found[each.name] = each
        if not found and not allow_no_indices:
            raise IndexNotFound(expression or "_all")
        return list(found.values())

    def create(
        self,
        name: str,
        settings: dict[str, Any] | None = None,
        mappings: dict[str, Any] | None = None,
        aliases: dict[str, dict[str, Any]] | None = None,
    ) -> Index:
        """Create an index from Elasticsearch's bodies. Templates are not applied here. Raises ApiError."""
        name = date_math_name(name)
        check_index_name(name)
        flat = flat_settings(settings)
        limit = fields_limit(flat, DEFAULT_FIELDS_LIMIT)
        check_counts(flat)
        mapping = Mapping.from_json(mappings or {}, limit)
        with self._lock:
            self._check_free(name)
            uuid = base64.urlsafe_b64encode(uuids.uuid4().bytes).rstrip(b"=").decode()
            created_ms = time.time_ns() // 1_000_000
            index = Index(
                name=name,
                uuid=uuid,
                table=schema.table_name(uuid),
                mapping=mapping,
                settings={
                    "number_of_shards": "1",
                    "number_of_replicas": "1",
                    **flat,
                    "creation_date": str(created_ms),
                    "uuid": uuid,
                    "version.created": VERSION_CREATED,
                    "provided_name": name,
                },
                aliases=dict(aliases or {}),
                created_ms=created_ms,
                columns=schema.BASE_COLUMNS,
                hidden=flat.get("hidden") == "true",
            )
            self._engine.command(schema.create_table(index.table))
            self.save(index)
            self._indices[name] = index
        log.info("created index", index=name, uuid=uuid)
        return index

    def _check_free(self, name: str) -> None:
        known = self._indices.get(name)
        if known is not None:
            raise IndexExists(name, known.uuid)
        if name in self.aliases():
            raise _name_taken(name)

    def auto_create(self, name: str) -> Index:
        """The index of this name, made with its templates if there is none yet."""
        with self._lock:
            known = self._indices.get(name)
            if known is not None:
                return known
            backing = self.stream_for(name)
            if backing is not None:
                return backing
            template = self.template_for(name)
            return self.create(name, template.settings, template.mappings, template.aliases)

    def delete(self, index: Index) -> None:
        """Delete an index with all its documents; once this returns they cannot come back."""
        with self._lock:
            if self._indices.get(index.name) is not index:
                raise IndexNotFound(index.name)
            remove_durably(self._state_path(index))
            del self._indices[index.name]
            index.deleted = True
        for notify in self.on_delete:
            notify(index)
        try:
            self._engine.command(schema.drop_table(index.table))
        except EngineError as error:
            # The next start drops tables that no index owns.
            log.warning("cannot drop the table of a deleted index now", index=index.name, error=error.reason)
        log.info("deleted index", index=index.name, uuid=index.uuid)

    def put_mapping(self, index: Index, body: dict[str, Any]) -> None:
        """Merge a mapping body into the index's mapping. Raises ApiError on conflicts, changing nothing."""
        with index.schema_lock:
            merge(index.mapping, body)
            self.save(index)

    def put_settings(self, index: Index, body: dict[str, Any]) -> None:
        """Change settings; null removes one."""
        with index.schema_lock:
            changed = flat_settings(body)
            check_counts(changed)
            if FIELDS_LIMIT_SETTING in changed:
                index.mapping.fields_limit = fields_limit(changed, DEFAULT_FIELDS_LIMIT)
            merged = {**index.settings, **changed}
            index.settings = {name: value for name, value in merged.items() if value is not None}
            index.hidden = index.settings.get("hidden") == "true"
            self.save(index)

    def save(self, index: Index) -> None:
        """Write an index's state to disk; call it after changing aliases, settings or `closed`."""
        with index.schema_lock:
            state = {
                "name": index.name,
                "uuid": index.uuid,
                "mapping": to_state(index.mapping),
                "settings": index.settings,
                "aliases": index.aliases,
                "created_ms": index.created_ms,
                "closed": index.closed,
                "hidden": index.hidden,
            }
            if index.deleted:
                return
            write_durably(self._state_path(index), orjson.dumps(state))
            index.unsaved = False

    def _state_path(self, index: Index) -> Path:
        return self._folder / "indices" / f"{index.uuid}.json"

    def documents(self, kind: str) -> dict[str, Any]:
        """The small documents of a kind (`index_template`, `pipeline`…) by name; a copy."""
        with self._lock:
            return dict(self._documents.get(kind, {}))

    def put_document(self, kind: str, name: str, body: Any) -> None:
        """Store a small document durably."""
        with self._lock:
            self._write_documents(kind, {**self._documents.get(kind, {}), name: body})

    def delete_document(self, kind: str, name: str) -> bool:
        """Remove a small document; False when there was none."""
        with self._lock:
            documents = dict(self._documents.get(kind, {}))
            if documents.pop(name, None) is None:
                return False
            self._write_documents(kind, documents)
            return True

    def _write_documents(self, kind: str, documents: dict[str, Any]) -> None:
        if not re.fullmatch(r"[a-z_]+", kind):
            raise ValueError(
                f"cannot store documents of kind {kind!r}: expected lower-case letters and underscores"
            )
        write_durably(self._folder / f"{kind}.json", orjson.dumps(documents))
        self._documents[kind] = documents


def _take_column_types(index: Index, types: dict[str, str]) -> None:
    """The engine knows best what a column is: a crash may have come between making it and writing that down."""
    for item in index.mapping.columns_of_fields():
        if item.kind == "string" and item.column in types:
            low = types[item.column].startswith("LowCardinality")
            if item.low_cardinality is not low:
                index.mapping.changed(item, low_cardinality=low)


def _name_taken(name: str) -> Exception:
    """The error for an index named like an alias."""
    return illegal_argument(f"Invalid index name [{name}], already exists as alias")

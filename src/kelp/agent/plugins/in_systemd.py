"""Input `systemd`: entries of the journal."""

import json
import os
import threading
from pathlib import Path
from typing import Any

from kelp.agent.config import Element, Section, param
from kelp.agent.event import Batch, Record
from kelp.agent.listen.journal import Journal
from kelp.agent.plugin.input import BufferOverflow, Input
from kelp.agent.plugin.registry import register

_ENTRIES_AT_ONCE = 1000
_WAIT_SECONDS = 0.5
_RETRY_SECONDS = 10.0
_STORED = "journal"


class EntrySection(Section):
    """How an entry becomes a record."""

    field_map: dict[str, Any] = param.hash(
        default=None, description="Journal field → field or fields of the record."
    )
    field_map_strict: bool = param.boolean(
        default=False, description="Leave out fields that field_map does not name."
    )
    fields_strip_underscores: bool = param.boolean(
        default=False, description="Strip leading underscores of names."
    )
    fields_lowercase: bool = param.boolean(default=False, description="Write names in lower case.")

    def configure(self) -> None:
        self._sources: dict[str, list[str]] = {}
        for source, targets in (self.field_map or {}).items():
            for target in targets if isinstance(targets, list) else [targets]:
                if not isinstance(target, str):
                    raise self.error(
                        f"option 'field_map' must hold strings or arrays of strings, got {target!r}",
                        "field_map",
                    )
                self._sources.setdefault(target, []).append(source)

    def make(self, fields: dict[str, str]) -> Record:
        """The record of an entry; what comes to have one name is joined by a space."""
        record: Record = {}
        for target, sources in self._sources.items():
            if values := [fields[source] for source in sources if source in fields]:
                record[target] = " ".join(values)
        if self.field_map_strict:
            return record
        mapped = self.field_map or {}
        for name, value in fields.items():
            if name not in mapped:
                name = self._name(name)
                record[name] = f"{value} {record[name]}" if name in record else value
        return record

    def _name(self, name: str) -> str:
        name = name.lstrip("_") if self.fields_strip_underscores else name
        return name.lower() if self.fields_lowercase else name


@register("input", "systemd")
class SystemdInput(Input):
    """Read the journal, from where the last run stopped."""

    multi_workers_ready = False

    tag: str = param.string(description="Tag of the events.")
    path: str | None = param.string(default="/var/log/journal", description="Folder of the journal.")
    matches: list[Any] = param.array(
        default=None, description="Entries to take: a JSON array of {field: value}; one of them must fit.",
        alias="filters",
    )  # fmt: skip
    read_from_head: bool = param.boolean(
        default=False, description="Begin with the oldest entry, not with new ones."
    )
    strip_underscores: bool = param.boolean(
        default=False, description="Strip leading underscores of names.", deprecated="use <entry>"
    )
    pos_file: str | None = param.string(
        default=None, description="File that keeps the position.", deprecated="use <storage>"
    )
    storage: Element | None = param.element(
        "storage", description="Where the position is kept: type local, path."
    )
    entry: EntrySection = param.section(
        "entry", EntrySection, init=True, description="How an entry becomes a record."
    )

    def configure(self) -> None:
        for match in self.matches or []:
            if not isinstance(match, dict):
                raise self.error(f"option 'matches' must hold objects, got {match!r}", "matches")
        if self.strip_underscores:
            self.entry.fields_strip_underscores = True
        path, persistent = self.pos_file, False
        if self.storage is not None:
            kind = self.storage.get("@type", "local")
            if kind != "local":
                raise self.error(f"storage type {kind!r} is not known: use local")
            persistent = self.storage.get("persistent") in ("true", "yes", "")
            path = self.storage.get("path", path)
        self._position = self._position_file(path)
        if self._position is None and persistent:
            raise self.error("<storage> needs a path, or @id of the input and root_dir in <system>")
        if self._position is None:
            self.log.warning("no <storage> with a path: after a restart, entries may be missing or doubled")
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def _position_file(self, path: str | None) -> Path | None:
        """Fluentd's rules: a path is a folder unless it ends in .json or is a file; else the folder of the plugin."""
        worker = f"worker{self.context.worker_id}"
        if path is not None:
            is_file = os.path.isfile(path) or path == self.pos_file
            if is_file or (path.endswith(".json") and not os.path.isdir(path)):
                return Path(path)
            return Path(path) / worker / "storage.json"
        if self.context.root_dir is None or not self.has_own_id:
            return None
        usage = self.storage.arg if self.storage is not None else ""
        name = f"storage.{usage}.json" if usage else "storage.json"
        return self.context.root_dir / worker / self.plugin_id / name

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"journal-{self.plugin_id}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        complained = False
        while not self._stopping.is_set():
            try:
                self._follow()
            except OSError as error:
                if not complained:
                    self.log.warning(
                        "cannot read the journal: it is tried again", path=self.path, error=error,
                        seconds=_RETRY_SECONDS,
                    )  # fmt: skip
                    complained = True
                self._stopping.wait(_RETRY_SECONDS)
            except Exception:  # a dead thread must not be silent
                self.log.exception("reading the journal failed: it is tried again")
                self._stopping.wait(_RETRY_SECONDS)

    def _follow(self) -> None:
        journal = Journal(self.path, self.matches or [])
        try:
            journal.seek(self._load(), from_head=self.read_from_head)
            while not self._stopping.is_set():
                batch = Batch()
                for when, fields in journal.entries(_ENTRIES_AT_ONCE):
                    batch.append(when, self.entry.make(fields))
                if not len(batch):
                    journal.wait(_WAIT_SECONDS)
                    continue
                cursor = journal.cursor()
                if not self._hand_on(batch):
                    return
                self._save(cursor)
        finally:
            journal.close()

    def _hand_on(self, batch: Batch) -> bool:
        """Emit, waiting while buffers are full; False when the agent stops before they have room."""
        while True:
            try:
                self.emit(self.tag, batch)
            except BufferOverflow:
                self.log.warning("the buffer is full: reading waits")
                if self._stopping.wait(1):
                    return False
                continue
            except Exception:  # the router has told the fault; the journal goes on
                self.log.exception("cannot emit entries: they are given up", entries=len(batch))
            return True

    def _load(self) -> str | None:
        if self._position is None:
            return None
        try:
            text = self._position.read_text()
            cursor = json.loads(text)[_STORED] if text.startswith("{") else text.strip()
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, OSError) as error:
            self.log.warning("cannot read the saved position: ignored", path=self._position, error=error)
            return None
        return str(cursor) or None

    def _save(self, cursor: str) -> None:
        if self._position is None:
            return
        try:
            self._position.parent.mkdir(parents=True, exist_ok=True)
            beside = self._position.with_name(self._position.name + ".tmp")
            beside.write_text(json.dumps({_STORED: cursor}))
            os.replace(beside, self._position)
        except OSError as error:
            self.log.error("cannot save the position in the journal", path=self._position, error=error)

    def stop(self) -> None:
        self._stopping.set()

    def shutdown(self) -> None:
        if self._thread is not None:
            self._thread.join(10)

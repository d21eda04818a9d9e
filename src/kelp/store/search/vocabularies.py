"""Keeps the vocabularies of indices up to date, part by part: a part of a table never changes."""

import threading
import weakref
from dataclasses import dataclass, field

from kelp.store.engine.engine import DATABASE, Engine
from kelp.store.index.index import Index
from kelp.store.mapping.columns import quoted
from kelp.store.sql.vocabulary import VALUES_LIMIT, Vocabulary

_PART_NAMES = (
    f"SELECT name FROM system.parts WHERE database = '{DATABASE}' AND table = {{table:String}} AND active"
)


@dataclass(slots=True)
class _State:
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    parts: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


_STATES: "weakref.WeakKeyDictionary[Index, _State]" = weakref.WeakKeyDictionary()
_LOCK = threading.Lock()


def vocabulary_of(engine: Engine, index: Index) -> Vocabulary:
    """The vocabulary of an index with everything that is searchable now."""
    with _LOCK:
        state = _STATES.setdefault(index, _State())
    with state.lock:
        _update(engine, index, state)
    return state.vocabulary


def _update(engine: Engine, index: Index, state: _State) -> None:
    columns = {
        item.column
        for item in index.mapping.columns_of_fields()
        if item.kind == "string" and item.low_cardinality and item.column in index.columns
    }
    # First the names, then the values: a part that is merged meanwhile is read as part of the new one.
    parts = {name for (name,) in engine.query(_PART_NAMES, {"table": index.uuid})}
    for gone in state.columns - columns:
        state.vocabulary.texts.pop(gone, None)
    full = {name for name, values in state.vocabulary.values.items() if len(values) > VALUES_LIMIT}
    if columns - state.columns:
        state.parts.clear()
    wanted = sorted(columns - full)
    if wanted and parts - state.parts:
        selects = [
            f"SELECT {number} AS c, toString(assumeNotNull(v)) AS t FROM (SELECT DISTINCT {quoted(name)} AS v "
            f"FROM {index.table} WHERE _part NOT IN {{parts:Array(String)}} LIMIT {VALUES_LIMIT + 1})"
            for number, name in enumerate(wanted)
        ]
        found: list[list[str]] = [[] for _ in wanted]
        for number, text in engine.query(" UNION ALL ".join(selects), {"parts": sorted(state.parts)}):
            found[number].append(text)
        for name, values in zip(wanted, found, strict=True):
            state.vocabulary.add(name, values)
    state.parts = parts
    state.columns = columns

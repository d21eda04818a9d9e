"""SQL that brings a segment file into the table of its index."""

from typing import Any

from kelp.store.index.index import Index
from kelp.store.ingest.decoder import Tree
from kelp.store.ingest.identity import decode_id
from kelp.store.mapping import dates
from kelp.store.mapping.columns import TIMESTAMP, literal, quoted
from kelp.store.mapping.field import Field
from kelp.store.mapping.merge import RESERVED_KEY
from kelp.store.segments.segment import Segment

INSERT_SETTINGS: dict[str, Any] = {
    # One thread, one block, one part: a segment is in the table entirely or not at all, lines keep their numbers.
    "max_threads": 1,
    "max_insert_threads": 1,
    "input_format_parallel_parsing": 0,
    "min_insert_block_size_rows": 4_000_000,
    "min_insert_block_size_bytes": 4_000_000_000,
    "max_insert_block_size": 4_000_000,
    "max_block_size": 65536,
    "input_format_json_defaults_for_missing_elements_in_named_tuple": 1,
    "input_format_json_ignore_unknown_keys_in_named_tuple": 1,
    "input_format_skip_unknown_fields": 1,
    "input_format_json_read_numbers_as_strings": 1,
    "input_format_json_read_bools_as_strings": 1,
    "input_format_null_as_default": 1,
    "max_query_size": 1_000_000_000,
    "max_ast_elements": 10_000_000,
    "max_expanded_ast_elements": 10_000_000,
    "max_memory_usage": 0,
    "log_queries": 0,
}


def file_source(path: str, structure: str) -> str:
    """The table function that reads a segment file on this machine."""
    return f"file({literal(path)}, 'JSONEachRow', {literal(structure)})"


def remote_source(structure: str) -> str:
    """The table function that reads what is sent along with the statement."""
    return f"input({literal(structure)})"


def tree_of(fields: list[Field]) -> Tree:
    """Fields by the keys that lead to them in a line."""
    tree: Tree = {}
    for item in fields:
        level = tree
        for key in item.keys[:-1]:
            level = level.setdefault(key, {})
        level[item.keys[-1]] = item
    return tree


def structure(fields: list[Field], arrays: list[Field]) -> str:
    """The structure of a line: its fields as nested tuples, and the reserved key."""
    tree = tree_of(fields)
    beside = tree.pop(RESERVED_KEY, {}).get("x", {})
    reserved = [
        "id String",
        "v UInt64",
        "s String",
        "i Array(String)",
        "o Map(String, Array(String))",
    ]
    if beside:
        reserved.append(f"x {_tuple(beside)}")
    if arrays:
        elements = ", ".join(
            f"{quoted(item.array_column or '')} Array({_array_element(item)})" for item in arrays
        )
        reserved.append(f"a Tuple({elements})")
    columns = [f"{quoted(key)} {_line_type(below)}" for key, below in tree.items()]
    return ", ".join([*columns, f"{quoted(RESERVED_KEY)} Tuple({', '.join(reserved)})"])


def _tuple(tree: Tree) -> str:
    return "Tuple(" + ", ".join(f"{quoted(key)} {_line_type(below)}" for key, below in tree.items()) + ")"


def _line_type(below: Any) -> str:
    if isinstance(below, dict):
        return _tuple(below)
    kind = below.kind
    if kind in ("long", "boolean"):
        return f"Nullable({below.element_type})"
    return "Nullable(String)"  # dates and doubles keep their spelling until their form is known


def _array_element(item: Field) -> str:
    return "Int64" if item.kind == "date" else item.element_type


def access(keys: tuple[str, ...]) -> str:
    """The value at these keys of a line."""
    expression = quoted(keys[0])
    for key in keys[1:]:
        expression = f"tupleElement({expression}, {literal(key)})"
    return expression


def _reserved(name: str) -> str:
    return access((RESERVED_KEY, name))


def insert(index: Index, segment: Segment, source: str, fields: list[Field], arrays: list[Field]) -> str:
    """INSERT … SELECT of a segment; `source` is the table function, made with `structure(fields, arrays)`."""
    targets, values = _targets(segment, fields, arrays)
    names = ", ".join(quoted(name) for name in targets)
    return f"INSERT INTO {index.table} ({names}) {_select(segment, source, values)}"


def probe(segment: Segment, source: str, fields: list[Field], arrays: list[Field]) -> str:
    """A SELECT that reads and converts everything an INSERT would, and keeps nothing."""
    _, values = _targets(segment, fields, arrays)
    named = [f"{value} AS c{at}" for at, value in enumerate(values)]
    columns = ", ".join(f"c{at}" for at in range(len(values)))
    return f"SELECT sum(ignore({columns})) FROM ({_select(segment, source, named)})"


def _select(segment: Segment, source: str, values: list[str]) -> str:
    numbered = f"SELECT *, rowNumberInAllBlocks() AS `@row` FROM {source}"
    statement = f"SELECT {', '.join(values)} FROM ({numbered})"
    if segment.skipped_rows:
        statement += f" WHERE `@row` NOT IN ({', '.join(map(str, sorted(segment.skipped_rows)))})"
    return statement


def _targets(segment: Segment, fields: list[Field], arrays: list[Field]) -> tuple[list[str], list[str]]:
    version = _reserved("v")
    arrival = f"fromUnixTimestamp64Milli(toInt64({segment.created_ms}), 'UTC')"
    pairs: dict[str, str] = {
        TIMESTAMP: f"toDateTime64({arrival}, 9, 'UTC')",
        "_seg": str(segment.number),
        "_row": "`@row`",
        "_id": _reserved("id"),
        "_version": f"if({version} = 0, 1, {version})",
        "_source": _reserved("s"),
        "_ignored": _reserved("i"),
        "_overflow": _reserved("o"),
    }
    for item in fields:
        value = access(item.keys)
        if item.kind == "date":
            unit = dates.integer_form(item.params.get("format"))
            moment = dates.sql_value(value, unit)
            pairs[item.column] = (
                f"ifNull({moment}, {pairs[TIMESTAMP]})" if item.column == TIMESTAMP else moment
            )
            pairs[item.form_column or ""] = dates.sql_form(value, unit)
        elif item.kind == "double":
            pairs[item.column] = f"toFloat64OrNull({value})"
            pairs[item.form_column or ""] = _double_form(value)
        else:
            pairs[item.column] = value
    for item in arrays:
        value = access((RESERVED_KEY, "a", item.array_column or ""))
        if item.kind == "date":
            value = f"arrayMap(n -> fromUnixTimestamp64Nano(n, 'UTC'), {value})"
        pairs[item.array_column or ""] = value
    return list(pairs), list(pairs.values())


def _double_form(text: str) -> str:
    """`i`: written as an integer; `=text`: an integer too long to come back exactly; `f`: anything else."""
    return (
        f"multiIf({text} IS NULL, '', NOT match(assumeNotNull({text}), '^-?[0-9]+$'), 'f', "
        f"length({text}) <= 15, 'i', concat('=', assumeNotNull({text})))"
    )


def distinct_counts(source: str, fields: list[Field]) -> str:
    """Per field: how many values the segment has, and how many distinct ones."""
    parts = [f"count({access(item.keys)}), uniqCombined(14)({access(item.keys)})" for item in fields]
    return f"SELECT {', '.join(parts)} FROM {source}"


def delete_replaced(index: Index, segment: Segment, ids: list[str]) -> str:
    """DELETE of the documents that lines of this segment replace or remove; the segment is in the table already."""
    conditions = []
    listed = [each for each in ids if segment.last_rows.get(each, -1) in segment.skipped_rows]
    if len(listed) < len(ids):
        # The engine keeps and reads a deletion's text once for each part: the ids themselves would be most of it.
        conditions.append(
            f"`_id` IN (SELECT `_id` FROM {index.table} WHERE `_seg` = {segment.number} AND `_id` != '')"
        )
    if listed:
        conditions.append(f"`_id` IN ({', '.join(map(literal, listed))})")
    generated = [place for place in map(decode_id, ids) if place is not None]
    if generated:
        places = ", ".join(f"({number}, {row})" for number, row in generated)
        conditions.append(f"(`_id` = '' AND (`_seg`, `_row`) IN ({places}))")
    return f"DELETE FROM {index.table} WHERE ({' OR '.join(conditions)}) AND `_seg` < {segment.number}"

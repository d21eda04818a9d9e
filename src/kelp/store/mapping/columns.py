"""Names of columns: one per field, unique within the table."""

from collections.abc import Container

TIMESTAMP = "@timestamp"


def column_name(path: str, type_name: str, taken: Container[str]) -> str:
    """The column of a field: its path with `/` for `.`, numbered where that name is taken or reserved.

    A dot would make the engine take an array column for part of a nested structure.
    """
    if path == TIMESTAMP and type_name in ("date", "date_nanos"):
        return TIMESTAMP
    base = path.replace(".", "/").replace("`", "'").replace("\\", "|")
    reserved = base.startswith("_") or base == TIMESTAMP or "@form" in base or "@array" in base or not base
    name = f"f/{base}" if reserved else base
    number = 2
    while name in taken:
        name = f"{base}~{number}"
        number += 1
    return name


def quoted(name: str) -> str:
    """The name as an identifier in SQL."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def literal(text: str) -> str:
    """The text as a string in SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0") + "'"

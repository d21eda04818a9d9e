"""The statements that make and change the table of an index."""

from kelp.store.engine.engine import DATABASE
from kelp.store.mapping.columns import TIMESTAMP, quoted
from kelp.store.mapping.field import Field

_BASE_COLUMNS = f"""
    {quoted(TIMESTAMP)} DateTime64(9,'UTC') CODEC(GCD, Delta, T64, LZ4),
    {quoted(TIMESTAMP + "@form")} LowCardinality(String),
    `_seg` UInt64 CODEC(Delta, ZSTD(1)),
    `_row` UInt32 CODEC(Delta, ZSTD(1)),
    `_id` String CODEC(ZSTD(1)),
    `_version` UInt64 CODEC(ZSTD(1)),
    `_source` String CODEC(ZSTD(3)),
    `_ignored` Array(LowCardinality(String)),
    `_overflow` Map(LowCardinality(String), Array(String)) CODEC(ZSTD(1)),
    INDEX `_id@bloom` `_id` TYPE bloom_filter(0.01) GRANULARITY 1"""
BASE_COLUMNS = frozenset(
    {TIMESTAMP, TIMESTAMP + "@form", "_seg", "_row", "_id", "_version", "_source", "_ignored", "_overflow"}
)
_TABLE_SETTINGS = (
    "index_granularity = 8192, min_bytes_for_wide_part = 10485760, "
    # A part must be on the disk for good before its segment file goes, and a merged one before its sources go.
    "fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, "
    "max_bytes_to_merge_at_max_space_in_pool = 5368709120, "
    "parts_to_delay_insert = 1000, parts_to_throw_insert = 3000, old_parts_lifetime = 0, "
    "merge_max_block_size_bytes = 4194304, max_merge_selecting_sleep_ms = 5000"
)


def table_name(uuid: str) -> str:
    """The quoted name of the table of the index with this uuid."""
    return f"`{DATABASE}`.{quoted(uuid)}"


def create_table(table: str) -> str:
    """A table with the columns every index has."""
    return (
        f"CREATE TABLE IF NOT EXISTS {table} ({_BASE_COLUMNS}\n) ENGINE = MergeTree "
        f"ORDER BY {quoted(TIMESTAMP)} SETTINGS {_TABLE_SETTINGS}"
    )


def drop_table(table: str) -> str:
    """Drop the table at once, whether it is there or not."""
    return f"DROP TABLE IF EXISTS {table} SYNC"


def scalar_type(field: Field, low_cardinality: bool) -> str:
    """The type of a field's column."""
    if field.kind == "string" and low_cardinality:
        return "LowCardinality(Nullable(String))"
    return f"Nullable({field.element_type})"


def alter_table(table: str, changes: list[str]) -> str:
    """Several changes of a table as one statement: each statement rewrites the table's description."""
    return f"ALTER TABLE {table} {', '.join(changes)}"


def add_columns(field: Field, low_cardinality: bool) -> list[str]:
    """The changes that add a field's columns, and an index where its values are mostly distinct."""
    if field.column == TIMESTAMP:
        return []
    name = quoted(field.column)
    codec = "CODEC(Delta, ZSTD(1))" if field.kind == "date" else "CODEC(ZSTD(1))"
    parts = [f"ADD COLUMN IF NOT EXISTS {name} {scalar_type(field, low_cardinality)} {codec}"]
    if field.form_column:
        parts.append(f"ADD COLUMN IF NOT EXISTS {quoted(field.form_column)} LowCardinality(String)")
    index = None if low_cardinality else index_of(field)
    if index:
        parts.append(f"ADD INDEX IF NOT EXISTS {index}")
    return parts


def add_array_column(field: Field) -> str:
    """The change that adds the column for arrays of a field's values."""
    element = "LowCardinality(String)" if field.kind == "string" else field.element_type
    return f"ADD COLUMN IF NOT EXISTS {quoted(field.array_column or '')} Array({element}) CODEC(ZSTD(1))"


def index_of(field: Field) -> str | None:
    """The skip index of a String column: words for text, whole values for the rest."""
    if field.kind != "string":
        return None
    name = quoted(field.column)
    if field.type in ("text", "match_only_text", "annotated_text", "search_as_you_type"):
        # The engine's tokenizer sees lower-case text, as Elasticsearch's standard analyzer makes it.
        return f"{quoted(field.column + '@text')} {name} TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower({name}))"
    return f"{quoted(field.column + '@bloom')} {name} TYPE bloom_filter(0.01) GRANULARITY 1"


def widen_column(table: str, field: Field) -> list[str]:
    """Turn a LowCardinality column into a plain one, once it turned out to have many distinct values."""
    name = quoted(field.column)
    statements = [f"ALTER TABLE {table} MODIFY COLUMN {name} {scalar_type(field, False)} CODEC(ZSTD(1))"]
    index = index_of(field)
    if index:
        statements.append(f"ALTER TABLE {table} ADD INDEX IF NOT EXISTS {index}")
    return statements

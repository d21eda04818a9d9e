"""The column engine: chDB inside this process, or a ClickHouse server."""

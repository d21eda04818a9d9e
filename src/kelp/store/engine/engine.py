"""The column engine behind one small interface: chDB inside this process, or a ClickHouse server."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from kelp.common.log import Log
from kelp.store.engine.limits import SERVER_OPTIONS, memory_options
from kelp.store.errors import EngineError, Rejected

log = Log("store.engine")

DATABASE = "kelp"
_MEMORY_CODES = ("(MEMORY_LIMIT_EXCEEDED)", "Code: 241")


class Engine:
    """A pool of connections to the engine. All methods block and may be called from any thread.

    `location` is a folder (chDB keeps its files there) or an `http(s)://user:password@host:port` address. One
    process can have one folder open only; a folder belongs to one process.
    """

    def __init__(
        self,
        location: str | Path,
        *,
        query_connections: int = 4,
        search_connections: int = 12,
        insert_connections: int = 2,
        memory_bytes: int = 0,
    ) -> None:
        self.location = str(location)
        self.remote = self.location.startswith(("http://", "https://"))
        self._memory_bytes = memory_bytes
        first = self._connect("default")
        _run(first, f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
        first.close()
        self._queries = _Pool([self._connect() for _ in range(query_connections)])
        self._searches = _Pool([self._connect() for _ in range(search_connections)])
        self._inserts = _Pool([self._connect() for _ in range(insert_connections)])
        self._control = _Pool([self._connect()])

    def _connect(self, database: str = DATABASE) -> Any:
        try:
            if self.remote:
                return clickhouse_connect.get_client(
                    dsn=self.location, database=database, form_encode_query_params=True
                )
            folder = Path(self.location).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            options = {**SERVER_OPTIONS, **memory_options(self._memory_bytes)}
            return clickhouse_connect.get_client(
                interface="chdb", path=str(folder), database=database, chdb_options=options
            )
        except ClickHouseError as error:
            raise EngineError(f"cannot open the engine at {self._shown()}: {error}") from error

    def _shown(self) -> str:
        """The location without a password."""
        if not self.remote:
            return self.location
        parts = urlsplit(self.location)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 8123}"

    def query(
        self, sql: str, parameters: dict[str, Any] | None = None, settings: dict[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """The rows of a SELECT; values are bound with `{name:Type}`."""
        with self._queries.use() as client:
            return list(_select(client, sql, parameters, settings).result_rows)

    def search(
        self, sql: str, parameters: dict[str, Any] | None = None, settings: dict[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Like `query`, over connections of their own: slow searches never hold up writes and refreshes."""
        with self._searches.use() as client:
            return list(_select(client, sql, parameters, settings).result_rows)

    def cancel(self, tag: str) -> None:
        """End the running statements that have this text in them; they raise EngineError."""
        with self._control.use() as client:
            # The statement names its tag in two pieces, else it would be one of those that it ends.
            half = len(tag) // 2
            _run(
                client,
                "KILL QUERY WHERE position(query, concat({a:String}, {b:String})) > 0 ASYNC",
                {"a": tag[:half], "b": tag[half:]},
            )

    def query_columns(
        self, sql: str, parameters: dict[str, Any] | None = None, settings: dict[str, Any] | None = None
    ) -> dict[str, list[Any]]:
        """The result of a SELECT by column, all equally long; `{}` when there are no rows."""
        with self._queries.use() as client:
            result = _select(client, sql, parameters, settings)
            columns = result.result_columns or [[] for _ in result.column_names]
            return {name: list(values) for name, values in zip(result.column_names, columns, strict=True)}

    def command(
        self, sql: str, parameters: dict[str, Any] | None = None, settings: dict[str, Any] | None = None
    ) -> None:
        """Run a statement without a result."""
        with self._queries.use() as client:
            _run(client, sql, parameters, settings)

    def insert(self, sql: str, settings: dict[str, Any] | None = None, data: bytes | None = None) -> None:
        """Run an INSERT over the connections kept for it; `data` is its input for a server that is elsewhere."""
        with self._inserts.use() as client:
            _run(client, sql, None, settings, data)

    def close(self) -> None:
        """Close all connections; work that still runs is waited for."""
        for pool in (self._queries, self._searches, self._inserts, self._control):
            pool.close()


class _Pool:
    """Connections that are lent one at a time."""

    def __init__(self, clients: list[Any]) -> None:
        self._size = len(clients)
        self._free: queue.LifoQueue[Any] = queue.LifoQueue()
        for client in clients:
            self._free.put(client)
        self._closing = threading.Lock()

    @contextmanager
    def use(self) -> Iterator[Any]:
        client = self._free.get()
        try:
            yield client
        finally:
            self._free.put(client)

    def close(self) -> None:
        with self._closing:
            for _ in range(self._size):
                self._free.get().close()
            self._size = 0


def _select(client: Any, sql: str, parameters: dict[str, Any] | None, settings: dict[str, Any] | None) -> Any:
    try:
        return client.query(sql, parameters=parameters, settings=settings)
    except ClickHouseError as error:
        raise _engine_error(error, sql) from error


def _run(
    client: Any,
    sql: str,
    parameters: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    data: bytes | None = None,
) -> None:
    try:
        client.command(sql, parameters=parameters, settings=settings, data=data)
    except ClickHouseError as error:
        raise _engine_error(error, sql) from error


def _engine_error(error: Exception, sql: str) -> EngineError | Rejected:
    text = str(error).strip()
    log.debug("statement failed", error=text, sql=sql[:2000])
    if any(code in text for code in _MEMORY_CODES):
        return Rejected(
            f"cannot run the request: it needs more memory than the engine may use ({text[:500]})"
        )
    return EngineError(text[:4000])

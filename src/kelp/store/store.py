"""The store: everything behind the HTTP API, opened on one folder."""

import fcntl
import os
from pathlib import Path
from typing import Any

from kelp.common.errors import KelpError
from kelp.store.engine.engine import Engine
from kelp.store.index.catalog import Catalog
from kelp.store.index.files import make_folder
from kelp.store.index.index import Index


class Store:
    """The write and read sides share this: `.catalog`, `.engine`, and the writing operations."""

    def __init__(self, data_dir: str | Path, *, engine: str | None = None, memory_bytes: int = 0) -> None:
        self.folder = Path(data_dir).resolve()
        make_folder(self.folder)
        self._lock_file = _lock(self.folder)
        self.engine = Engine(engine or self.folder / "engine", memory_bytes=memory_bytes)
        self.catalog = Catalog(self.folder / "catalog", self.engine)

    def close(self) -> None:
        """Insert what is pending and close the engine."""
        self.engine.close()
        self._lock_file.close()


def _lock(folder: Path) -> Any:
    file = open(folder / "lock", "a+b")  # noqa: SIM115 - held until the store closes
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise KelpError(
            f"cannot open the data folder {folder}: another store is using it; stop that one or choose another folder"
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()).encode())
    file.flush()
    return file


__all__ = ["Index", "Store"]

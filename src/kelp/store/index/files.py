"""Small files that must survive a loss of power: written aside, synced, renamed, folder synced."""

import os
from pathlib import Path

from kelp.store.errors import storage_error


def write_durably(path: Path, content: bytes) -> None:
    """Replace the file's content at once: after a crash it holds the old or the new content, never a mixture.

    Raises ApiError (DiskFull) when that is not possible; then the old content stays.
    """
    aside = path.with_name(path.name + ".new")
    try:
        with open(aside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
        sync_folder(path.parent)
    except OSError as error:
        raise storage_error("write", path, error) from error


def remove_durably(path: Path) -> None:
    """Remove the file if it is there, and make that last."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Create the folder and its parents durably."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make created, renamed and removed entries of the folder last."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

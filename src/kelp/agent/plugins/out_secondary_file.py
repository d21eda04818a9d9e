"""Writes chunks that a primary output could not deliver to files."""

import gzip
import os
import threading
import time

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.buffer.placeholders import field_keys, tag_parts
from kelp.agent.config import param
from kelp.agent.plugin import register
from kelp.agent.timefmt import build_time_formatter


@register("output", "secondary_file")
class SecondaryFileOutput(BufferedOutput):
    """For `<secondary>` only: one file per chunk, `dump.bin.0`, `dump.bin.1`…, or all in one with `append`."""

    takes_label = False

    directory: str = param.string(description="Folder of the files, with placeholders.")
    basename: str = param.string(default="dump.bin", description="Begin of their names, with placeholders.")
    append: bool = param.boolean(default=False, description="Append to one file.")
    compress: str = param.enum(["text", "gzip"], default="text", description="How files are packed.")

    def configure(self) -> None:
        super().configure()
        if self.primary is None:
            raise self.error("secondary_file works only inside <secondary>; use file elsewhere")
        if "/" in self.basename:
            raise self.error(f"option 'basename' must not contain a slash, got {self.basename!r}", "basename")
        self._path = os.path.join(self.directory, self.basename)
        self._check_keys()
        self._lock = threading.Lock()

    def _check_keys(self) -> None:
        """Unlike those of other outputs, the path may name fewer chunk keys than there are."""
        if self.keys.timekey is None and _names_a_time(self._path):
            raise self.error(
                "directory or basename has time placeholders, but the primary's chunks have no time"
            )
        if tag_parts(self._path) and not self.keys.tag:
            raise self.error(
                "directory or basename has tag placeholders, but the primary's chunks have no tag"
            )
        unknown = sorted(set(field_keys(self._path)) - set(self.keys.fields))
        if unknown:
            raise self.error(
                f"directory or basename has placeholders that are no chunk keys: {', '.join(unknown)}"
            )

    def write(self, chunk: Chunk) -> None:
        path = self.extract_placeholders(self._path, chunk)
        os.makedirs(os.path.dirname(path) or ".", mode=self.context.dir_mode, exist_ok=True)
        data = chunk.read()
        if self.compress == "gzip":
            data = gzip.compress(data)
        end = ".gz" if self.compress == "gzip" else ""
        with self._lock:
            path = path + end if self.append else _free_path(path, end)
            with open(
                path, "ab", opener=lambda name, flags: os.open(name, flags, self.context.file_mode)
            ) as file:
                file.write(data)


def _names_a_time(text: str) -> bool:
    return build_time_formatter(time_format=text)(time.time_ns()) != text


def _free_path(path: str, end: str) -> str:
    number = 0
    while os.path.exists(found := f"{path}.{number}{end}"):
        number += 1
    return found

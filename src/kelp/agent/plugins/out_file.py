"""Writes events to files, one per time slice."""

import os
import re
import threading
from typing import Any, ClassVar

from kelp.agent.buffer.chunk import Chunk, compress
from kelp.agent.buffer.placeholders import time_fault
from kelp.agent.config import Element, param
from kelp.agent.output.formatted import FormattedOutput
from kelp.agent.plugin import register

_INDEX = "_**"  # stands for _0, _1, … in paths of files that are not appended to
_TIME_PARTS = re.compile("..")


@register("output", "file")
class FileOutput(FormattedOutput):
    """Gathers events in a buffer and writes each chunk to the file that `path` names.

    The path gets the time slice (`.20261123`), unless it has its own time placeholders, then `_0`, `_1`… unless
    `append` is set, then `.log`, then `.gz`. A `*` in the path stands for the time slice.
    """

    takes_label = False

    flat_options = ("formatter", "buffer", "inject")
    default_chunk_key = "time"
    buffer_defaults: ClassVar[dict[str, Any]] = {"@type": "file", "chunk_keys": ["time"], "timekey": "86400"}

    path: str = param.string(description="Path of the files, with placeholders.")
    add_path_suffix: bool = param.boolean(default=True, description="Add path_suffix to paths without *.")
    path_suffix: str = param.string(default=".log", description="How file names end.")
    append: bool = param.boolean(
        default=False, description="Append to one file per slice instead of numbering."
    )
    compress: str = param.enum(
        ["text", "gz", "gzip", "zstd"], default="text", description="How files are packed."
    )
    recompress: bool = param.boolean(
        default=False, description="Unpack and pack again what the buffer packed."
    )
    symlink_path: str | None = param.string(
        default=None, description="Symbolic link that is kept on the file written last."
    )
    symlink_path_use_relative: bool = param.boolean(
        default=False, description="Make the link a relative one."
    )
    time_slice_format: str | None = param.string(
        default=None, description="Fluentd 0.12's form of the time slice in the path."
    )

    def fill_buffer(self, buffer: Element, element: Element) -> None:
        super().fill_buffer(buffer, element)
        path = element.get("path")
        has_place = "path" in buffer or ("@id" in element and self.context.root_dir)
        if path and not has_place and buffer.get("@type") in ("file", "file_single"):
            buffer.set("path", path)  # as in Fluentd, the chunks lie beside the files

    def configure(self) -> None:
        super().configure()
        self._packing = {"gz": "gzip"}.get(self.compress, self.compress)
        self._template = self._path_template()
        self._check_template()
        self._lock = threading.Lock()

    def _check_template(self) -> None:
        if self.primary is not None:
            if self.symlink_path and self.primary.storage.persistent:
                raise self.error(
                    "option 'symlink_path' has no effect in <secondary>; take it out", "symlink_path"
                )
            fault = time_fault("path", self._template, self.keys)
            if fault:
                raise self.error(fault, "path")
            return
        self.check_placeholders("path", self._template)

    def _path_template(self) -> str:
        timekey = self.keys.timekey
        end = {"gzip": ".gz", "zstd": ".zstd"}.get(self._packing, "")
        index = "" if self.append else _INDEX
        if "*" in self.path:
            if timekey is None:
                raise self.error("a path with * needs 'time' as chunk key; write <buffer time>", "path")
            return self.path.replace("*", (self.time_slice_format or slice_format(timekey)) + index) + end
        end = index + (self.path_suffix if self.add_path_suffix else "") + end
        if timekey is None:
            return self.path + end
        if self.time_slice_format:
            return f"{self.path}.{self.time_slice_format}{end}"
        wanted = _TIME_PARTS.findall(slice_format(timekey))
        present = [part in self.path for part in wanted]
        if all(present):
            return self.path + end
        if any(present):
            missing = ", ".join(part for part, there in zip(wanted, present, strict=True) if not there)
            raise self.error(
                f"option 'path' lacks the time placeholders {missing} that timekey {timekey} needs", "path"
            )
        return f"{self.path}.{''.join(wanted)}{end}"

    def write(self, chunk: Chunk) -> None:
        path = self.extract_placeholders(self._template, chunk)
        os.makedirs(os.path.dirname(path) or ".", mode=self.context.dir_mode, exist_ok=True)
        data = self._packed(chunk)
        with self._lock:
            if not self.append:
                path = _free_path(path)
            _append(path, data, self.context.file_mode)
            self._link(path, chunk)

    def _packed(self, chunk: Chunk) -> bytes:
        if chunk.compression == self._packing and not self.recompress:
            return chunk.read_stored()
        return compress(chunk.read(), self._packing)

    def _link(self, path: str, chunk: Chunk) -> None:
        # As Fluentd: only with chunks in files.
        if self.symlink_path is None or self.primary is not None or not self.storage.persistent:
            return
        link = self.extract_placeholders(self.symlink_path, chunk)
        folder = os.path.dirname(os.path.abspath(link))
        os.makedirs(folder, mode=self.context.dir_mode, exist_ok=True)
        target = os.path.abspath(path)
        if self.symlink_path_use_relative:
            target = os.path.relpath(target, folder)
        temporary = f"{link}.{os.getpid()}.new"
        os.symlink(target, temporary)
        os.replace(temporary, link)


def slice_format(timekey: int) -> str:
    """The strftime format that tells slices of `timekey` seconds apart."""
    if timekey < 60:
        return "%Y%m%d%H%M%S"
    if timekey < 3600:
        return "%Y%m%d%H%M"
    return "%Y%m%d%H" if timekey < 86400 else "%Y%m%d"


def _free_path(path: str) -> str:
    """The first of path_0, path_1… that does not exist."""
    number = 0
    while os.path.exists(found := path.replace(_INDEX, f"_{number}", 1)):
        number += 1
    return found


def _append(path: str, data: bytes, mode: int) -> None:
    """Append all of `data`, or, when the disk refuses, nothing."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, mode)
    try:
        before = os.fstat(descriptor).st_size
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)

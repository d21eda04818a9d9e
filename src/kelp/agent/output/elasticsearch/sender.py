"""Chunks to bulk requests, and what to do with each document's answer."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

import orjson

from kelp.agent.buffer.chunk import Chunk, Frame, decode_origin, encode_origin
from kelp.agent.event import Batch, Record
from kelp.agent.output.elasticsearch.bulk import ORIGINAL
from kelp.agent.output.elasticsearch.client import Client, HttpError, SinkError
from kelp.agent.output.elasticsearch.response import DocumentRefused, Fate, Verdict, judge
from kelp.agent.plugin import UnrecoverableError

DEFAULT_REQUEST_BYTES = 16 << 20
Keep = Callable[[Chunk, list[Frame]], None]
OnRefused = Callable[[str, int, Record, Exception], None]
OnRetry = Callable[[str, Batch], None]
Post = Callable[[bytes], bytes]
# Answers to a whole request that may be due to some of its documents.
_SPLIT = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_VAIN_REQUESTS = 6  # parts of a request refused with 400, none accepted: no use in going on


class Document(NamedTuple):
    """The lines of one event (action, document, and its record where the document does not show it)."""

    lines: bytes
    tag: str
    time: int

    def record(self, original: Callable[[Record], Record]) -> Record:
        """The event's record; `original` takes what was added out of a document."""
        parts = self.lines.split(b"\n", 3)
        if parts[2].startswith(ORIGINAL):
            record: Record = orjson.loads(parts[2][1:])
            return record
        return original(orjson.loads(parts[1]))


def documents(frames: Iterable[Frame]) -> Iterator[Document]:
    """The events in frames of bulk lines."""
    for frame in frames:
        tag, times = decode_origin(frame.origin)
        lines = frame.data.split(b"\n")
        at = 0
        for number in range(frame.records):
            end = at + (3 if lines[at + 2].startswith(ORIGINAL) else 2)
            yield Document(b"\n".join(lines[at:end]) + b"\n", tag, times[number] if times else 0)
            at = end


def request_body(frames: list[Frame]) -> bytes:
    """What is sent of frames of bulk lines."""
    data = b"".join([frame.data for frame in frames])
    if ORIGINAL not in data:  # a byte that JSON only has escaped
        return data
    return b"".join([line for line in data.splitlines(keepends=True) if not line.startswith(ORIGINAL)])


def to_frames(kept: list[Document]) -> list[Frame]:
    """The inverse of `documents`: one frame per run of the same tag."""
    out: list[Frame] = []
    run: list[Document] = []
    for document in [*kept, None]:
        if run and (document is None or document.tag != run[0].tag):
            data = b"".join([one.lines for one in run])
            out.append(Frame(data, len(run), encode_origin(run[0].tag, [one.time for one in run])))
            run = []
        if document is not None:
            run.append(document)
    return out


def requests(frames: Iterator[Frame], limit: int) -> Iterator[list[Frame]]:
    """Frames gathered into requests of about `limit` bytes."""
    gathered: list[Frame] = []
    size = 0
    for frame in frames:
        if gathered and size + len(frame.data) > limit:
            yield gathered
            gathered, size = [], 0
        gathered.append(frame)
        size += len(frame.data)
    if gathered:
        yield gathered


class Sender:
    """Sends chunks so that nothing is lost and only what failed is sent again.

    `keep(chunk, frames)` shrinks a chunk to what is still to be sent; `on_refused` gets documents that Elasticsearch
    will never take; `on_retry`, where given, gets those refused for now instead of a later attempt of the chunk.
    """

    def __init__(
        self,
        limit: int,
        keep: Keep,
        on_refused: OnRefused,
        original: Callable[[Record], Record],
        on_retry: OnRetry | None = None,
    ) -> None:
        self._limit = limit if limit > 0 else DEFAULT_REQUEST_BYTES
        self._keep = keep
        self._on_refused = on_refused
        self._original = original
        self._on_retry = on_retry

    def send(self, client: Client, chunk: Chunk, prepare: Callable[[bytes], bytes], in_url: bool) -> None:
        """Deliver a chunk. Raises SinkError when some of it must be sent again, UnrecoverableError when none can."""
        again: list[Document] = []
        reason = ""
        for frames in requests(chunk.remaining(), self._limit):
            try:
                for index, part in _by_index(frames) if in_url else [(None, frames)]:
                    failed = self._post(partial(_post_to, client, prepare, index), part)
                    again += [document for document, _ in failed]
                    reason = failed[0][1].reason if failed else reason
            except (SinkError, UnrecoverableError):
                if again:
                    sent = chunk.done
                    rest = [frame for number, frame in enumerate(chunk.frames()) if number >= sent]
                    self._keep(chunk, to_frames(again) + rest)
                raise
            chunk.done += len(frames)
        if again:
            if self._on_retry is not None:
                for document in again:
                    record = document.record(self._original)
                    self._on_retry(document.tag, Batch([document.time], [record]))
                return
            total = chunk.records
            self._keep(chunk, to_frames(again))
            raise SinkError(f"cannot write {len(again)} of {total} documents to Elasticsearch: {reason}")

    def _post(self, post: Post, frames: list[Frame]) -> list[tuple[Document, Verdict]]:
        """Send one request; returns the documents to send again."""
        try:
            return self._post_whole(post, frames)
        except HttpError as error:
            if error.status not in _SPLIT:
                raise
            sieve = _Sieve(error)
            failed = self._post_halves(post, list(documents(frames)), sieve, error)
            if not sieve.accepted and error.status == HTTPStatus.BAD_REQUEST:
                raise  # nothing tells that it is the documents' fault
            for document, reason in sieve.refused:
                self._refuse(document, DocumentRefused(str(reason)))
            return failed

    def _post_whole(self, post: Post, frames: list[Frame]) -> list[tuple[Document, Verdict]]:
        verdicts = judge(post(request_body(frames)), sum(frame.records for frame in frames))
        if verdicts is None:
            return []
        failed = []
        for document, verdict in zip(documents(frames), verdicts, strict=True):
            if verdict.fate is Fate.RETRY:
                failed.append((document, verdict))
            elif verdict.fate is Fate.REFUSED:
                self._refuse(document, DocumentRefused(verdict.reason))
        return failed

    def _post_halves(
        self, post: Post, found: list[Document], sieve: "_Sieve", error: HttpError
    ) -> list[tuple[Document, Verdict]]:
        """The server took none of these: send them in two, down to those that it refuses one by one."""
        if len(found) == 1:
            sieve.refused.append((found[0], error))
            return []
        failed: list[tuple[Document, Verdict]] = []
        middle = len(found) // 2
        for half in (found[:middle], found[middle:]):
            if sieve.hopeless:
                raise sieve.error
            try:
                failed += self._post_whole(post, to_frames(half))
                sieve.accepted = True
            except HttpError as again:
                if again.status not in _SPLIT:
                    raise
                sieve.failures += 1
                failed += self._post_halves(post, half, sieve, again)
        return failed

    def _refuse(self, document: Document, error: Exception) -> None:
        self._on_refused(document.tag, document.time, document.record(self._original), error)


@dataclass(slots=True)
class _Sieve:
    """What came of sending the parts of a request that the server had answered with `error`."""

    error: HttpError
    accepted: bool = False
    failures: int = 0
    refused: list[tuple[Document, HttpError]] = field(default_factory=list)

    @property
    def hopeless(self) -> bool:
        """Whether the server seems to refuse whatever is sent, so that a later attempt must do."""
        return (
            self.error.status == HTTPStatus.BAD_REQUEST
            and not self.accepted
            and self.failures >= _VAIN_REQUESTS
        )


def _post_to(client: Client, prepare: Callable[[bytes], bytes], index: str | None, body: bytes) -> bytes:
    return client.bulk(prepare(body), index)


def _by_index(frames: list[Frame]) -> list[tuple[str, list[Frame]]]:
    """Frames per index, without the index in their action lines."""
    found: dict[str, list[Document]] = {}
    for document in documents(frames):
        action, _, rest = document.lines.partition(b"\n")
        fields = orjson.loads(action)
        index = next(iter(fields.values())).pop("_index")
        line = orjson.dumps(fields) + b"\n" + rest
        found.setdefault(index, []).append(document._replace(lines=line))
    return [(index, to_frames(kept)) for index, kept in found.items()]

"""Chunks to bulk requests, and what to do with each document's answer."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import orjson

from kelp.agent.buffer.chunk import Chunk, Frame, decode_origin, encode_origin
from kelp.agent.event import Batch, Record
from kelp.agent.output.elasticsearch.client import Client, HttpError, SinkError
from kelp.agent.output.elasticsearch.response import DocumentRefused, Fate, Verdict, judge
from kelp.agent.plugin import UnrecoverableError

DEFAULT_REQUEST_BYTES = 16 << 20
Keep = Callable[[Chunk, list[Frame]], None]
OnRefused = Callable[[str, int, Record, Exception], None]
OnRetry = Callable[[str, Batch], None]


class Document(NamedTuple):
    """The two lines of one event, with its tag and time."""

    lines: bytes
    tag: str
    time: int

    def record(self) -> Record:
        """The document as it was sent; of an update, what it holds."""
        body: Record = orjson.loads(self.lines.split(b"\n", 2)[1])
        if self.lines.startswith(b'{"update"'):
            inner = body.get("upsert", body.get("doc"))
            return inner if isinstance(inner, dict) else body
        return body


def documents(frames: list[Frame]) -> list[Document]:
    """The events in frames of bulk lines."""
    out = []
    for frame in frames:
        tag, times = decode_origin(frame.origin)
        lines = frame.data.split(b"\n")
        for number in range(frame.records):
            pair = lines[2 * number] + b"\n" + lines[2 * number + 1] + b"\n"
            out.append(Document(pair, tag, times[number] if times else 0))
    return out


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
        self, limit: int, keep: Keep, on_refused: OnRefused, on_retry: OnRetry | None = None
    ) -> None:
        self._limit = limit if limit > 0 else DEFAULT_REQUEST_BYTES
        self._keep = keep
        self._on_refused = on_refused
        self._on_retry = on_retry

    def send(self, client: Client, chunk: Chunk, prepare: Callable[[bytes], bytes], in_url: bool) -> None:
        """Deliver a chunk. Raises SinkError when some of it must be sent again, UnrecoverableError when none can."""
        again: list[Document] = []
        reason = ""
        for frames in requests(chunk.remaining(), self._limit):
            try:
                for index, part in _by_index(frames) if in_url else [(None, frames)]:
                    failed = self._post(client, part, prepare, index)
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
                    self._on_retry(document.tag, Batch([document.time], [document.record()]))
                return
            total = chunk.records
            self._keep(chunk, to_frames(again))
            raise SinkError(f"cannot write {len(again)} of {total} documents to Elasticsearch: {reason}")

    def _post(
        self, client: Client, frames: list[Frame], prepare: Callable[[bytes], bytes], index: str | None
    ) -> list[tuple[Document, Verdict]]:
        """Send one request; returns the documents to send again."""
        body = prepare(b"".join([frame.data for frame in frames]))
        try:
            answer = client.bulk(body, index)
        except HttpError as error:
            if error.status == 413:
                return self._post_halves(client, frames, prepare, index, error)
            if error.status == 400:
                raise UnrecoverableError(str(error)) from error
            raise
        verdicts = judge(answer, sum(frame.records for frame in frames))
        if verdicts is None:
            return []
        failed = []
        for document, verdict in zip(documents(frames), verdicts, strict=True):
            if verdict.fate is Fate.RETRY:
                failed.append((document, verdict))
            elif verdict.fate is Fate.REFUSED:
                self._on_refused(
                    document.tag, document.time, document.record(), DocumentRefused(verdict.reason)
                )
        return failed

    def _post_halves(
        self,
        client: Client,
        frames: list[Frame],
        prepare: Callable[[bytes], bytes],
        index: str | None,
        error: HttpError,
    ) -> list[tuple[Document, Verdict]]:
        """The request was too large for the server: send it in two."""
        found = documents(frames)
        if len(found) == 1:
            self._on_refused(found[0].tag, found[0].time, found[0].record(), DocumentRefused(str(error)))
            return []
        middle = len(found) // 2
        return [
            failed
            for half in (found[:middle], found[middle:])
            for failed in self._post(client, to_frames(half), prepare, index)
        ]


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

"""Writes events to Google Cloud Logging."""

from typing import Any, ClassVar

import orjson

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.metadata import Metadata as ChunkMetadata
from kelp.agent.event import Batch
from kelp.agent.metrics.families import Counter
from kelp.agent.metrics.registry import REGISTRY
from kelp.agent.output.google.entries import EntryMaker
from kelp.agent.output.google.options import GoogleCloudOptions
from kelp.agent.output.google.resource import Metadata, Resources
from kelp.agent.output.json_text import dump_clean
from kelp.agent.plugin import UnrecoverableError, extras, register
from kelp.common.errors import KelpError

_PARTIAL = "google.logging.v2.WriteLogEntriesPartialErrors"
# Client errors that pass: a token that ran out, too many requests.
_RETRIED = (401, 408, 429)
_COUNTERS = {
    "stackdriver_successful_requests_count": "Requests that Cloud Logging took",
    "stackdriver_failed_requests_count": "Requests that Cloud Logging refused",
    "stackdriver_ingested_entries_count": "Entries that Cloud Logging took",
    "stackdriver_dropped_entries_count": "Entries that Cloud Logging refused for good",
    "stackdriver_retried_entries_count": "Entries that Cloud Logging refused for now",
}


class GoogleCloudError(KelpError):
    """Cloud Logging cannot be used, or did not take entries for now."""


@register("output", "google_cloud")
class GoogleCloudOutput(GoogleCloudOptions):
    """One entry per event over `entries:write`, with insert ids, so that a retried request makes no duplicates.

    Refusals that cannot pass send the chunk to the secondary or the backup folder; of a request that is taken in part
    the refused entries are logged and dropped, as in Fluentd.
    """

    flat_options: ClassVar[tuple[str, ...]] = ("buffer",)
    holds = Content.REQUESTS

    def configure(self) -> None:
        extras.load(self, "google.cloud.logging", "google")
        super().configure()
        if not self.logging_api_url.startswith(("http://", "https://")):
            raise self.error(
                f"option 'logging_api_url' must be a URL, got {self.logging_api_url!r}", "logging_api_url"
            )
        if self.enable_monitoring and self.monitoring_type != "prometheus":
            raise self.error("option 'monitoring_type' supports only prometheus", "monitoring_type")
        self._counters: dict[str, Counter] = {}

    def start(self) -> None:
        metadata = Metadata(self.use_metadata_service)
        credentials, project = self._credentials()
        project = self.project_id or project or metadata.get("project/project-id")
        if not project:
            raise GoogleCloudError("cannot find the project of Google Cloud; set project_id")
        self._api = self._client(credentials, project)
        self._maker = EntryMaker(self, project, Resources(self, metadata))
        if self.enable_monitoring:
            for name, description in _COUNTERS.items():
                self._counters[name] = REGISTRY.share(Counter(name, description, ("grpc", "code")))
        super().start()

    def _credentials(self) -> tuple[Any, str | None]:
        import google.auth
        from google.auth.credentials import AnonymousCredentials
        from google.auth.exceptions import DefaultCredentialsError

        if self.logging_api_url.startswith("http://"):
            # A token must not travel unencrypted.
            return AnonymousCredentials(), None  # type: ignore[no-untyped-call]
        try:
            found: tuple[Any, str | None] = google.auth.default(
                scopes=["https://www.googleapis.com/auth/logging.write"]
            )
        except DefaultCredentialsError as error:
            raise GoogleCloudError(f"cannot sign in to Google Cloud: {error}") from error
        return found

    def _client(self, credentials: Any, project: str) -> Any:
        from google.cloud.logging import Client

        options = {"api_endpoint": self.logging_api_url.rstrip("/")}
        client = Client(  # type: ignore[no-untyped-call]
            project=project, credentials=credentials, client_options=options, _use_grpc=False
        )
        return client.logging_api

    def format_records(self, tag: str, batch: Batch, metadata: ChunkMetadata) -> list[bytes]:
        if not tag and self.require_valid_tags:
            self.log.warning("dropped events with an empty tag", events=len(batch))
            return []
        return [
            dump_clean(self._maker.make(tag, time, dict(record))) + b"\n"
            for time, record in zip(batch.times, batch.records, strict=True)
        ]

    def write(self, chunk: Chunk) -> None:
        entries = [orjson.loads(line) for line in chunk.read().splitlines()]
        if not self.split_logs_by_tag:
            self._send(entries)
            return
        logs: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            logs.setdefault(entry["logName"], []).append(entry)
        for group in logs.values():
            self._send(group)

    def _send(self, entries: list[dict[str, Any]]) -> None:
        from google.api_core.exceptions import GoogleAPICallError

        count = len(entries)
        try:
            self._api.write_entries(entries, partial_success=True)
        except GoogleAPICallError as error:
            code = int(error.code or 500)
            refused = _partial_errors(error)
            if code >= 500 or code in _RETRIED:
                self._count("stackdriver_retried_entries_count", count, code)
                raise GoogleCloudError(f"cannot write to Cloud Logging: {error}") from error
            self._count("stackdriver_dropped_entries_count", len(refused) or count, code)
            if not refused:
                self._count("stackdriver_failed_requests_count", 1, code)
                raise UnrecoverableError(f"cannot write to Cloud Logging: {error}") from error
            self.log.warning(
                "dropped entries that Cloud Logging refused", entries=len(refused), cause=refused[0]
            )
            count -= len(refused)
        self._count("stackdriver_successful_requests_count", 1, 200)
        self._count("stackdriver_ingested_entries_count", count, 200)

    def _count(self, name: str, by: int, code: int) -> None:
        if self._counters:
            self._counters[name].add(("false", str(code)), float(by))


def _partial_errors(error: Any) -> list[str]:
    """The reasons of the entries that were refused while others were taken."""
    for detail in error.details or ():
        if isinstance(detail, dict) and str(detail.get("@type", "")).endswith(_PARTIAL):
            return [str(one.get("message", one)) for one in detail.get("logEntryErrors", {}).values()]
    return []

"""Writes events to Elasticsearch through its bulk API."""

import threading
import time
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

import orjson

from kelp.agent.buffer.chunk import Chunk
from kelp.agent.buffer.content import Content
from kelp.agent.buffer.metadata import EMPTY, Metadata
from kelp.agent.buffer.output import BufferedOutput
from kelp.agent.buffer.placeholders import depends_on_chunk
from kelp.agent.event import Batch
from kelp.agent.output.elasticsearch.bulk import BulkFormatter
from kelp.agent.output.elasticsearch.client import Client, HttpError, SinkError, parse_hosts, tls_context
from kelp.agent.output.elasticsearch.options import ElasticsearchOptions
from kelp.agent.output.elasticsearch.sender import Sender, documents
from kelp.agent.output.elasticsearch.setup import Installer, read_template
from kelp.agent.plugin import register
from kelp.common.errors import KelpError

_CHUNK_ID = "${chunk_id}"
_VERSION_WAIT = 1.0  # seconds
_SIMPLE_SNIFFERS = (
    "Fluent::Plugin::ElasticsearchSimpleSniffer",
    "Fluent::Plugin::OpenSearchSimpleSniffer",
    "Elasticsearch::Transport::Transport::Sniffer",
)


@register("output", "elasticsearch")
class ElasticsearchOutput(ElasticsearchOptions, BufferedOutput):
    """Sends events as documents, in requests of whole chunks.

    Documents that Elasticsearch refuses for good go to `@ERROR` with the reason; those refused for now, and only
    those, are sent again. Events are formatted when they arrive, so all tags share one chunk unless the address or
    a template depends on them.
    """

    holds = Content.DOCUMENTS
    buffer_defaults: ClassVar[dict[str, Any]] = {"chunk_keys": ["tag"], "timekey_use_utc": "true"}

    def configure(self) -> None:
        super().configure()
        self._check_options()
        try:
            self._formatter = self.bulk_formatter()
        except ValueError as error:
            raise self.error(
                f"options id_key, parent_key and routing_key must be {error}", "id_key"
            ) from None
        self._clients: dict[tuple[str, str | None], Client] = {}
        self._clients_lock = threading.Lock()
        self._installer = Installer(self, self.log)
        self._major: int | None = None
        self._is_asked = False
        self._known_since = time.monotonic()  # documents of older chunks may be for another version
        if "default_elasticsearch_version" in self.element or not self.verify_es_version_at_startup:
            # What was written down beats a guess while the server has not been asked.
            self._formatter.set_major_version(self.type_rules(self.default_elasticsearch_version))
        owner = self.primary or self
        self._sender = Sender(
            self.bulk_message_request_threshold,
            owner.chunks.replace,
            self._refuse_document,
            self._formatter.original,
            None if self.retry_tag is None else self._send_around,
        )
        self._splits_by_chunk = any(
            self.placeholders.uses(text)
            for text in (self.host, self.hosts or "", *self.setup_texts().values())
        )

    def bulk_formatter(self) -> BulkFormatter:
        """What makes documents of events. Raises ValueError for fields' paths that are broken."""
        return BulkFormatter(self, self.placeholders.extract, self.emit_error)

    def _check_keys(self) -> None:
        """A bulk request has one tag, unless its chunks are told apart by what the options name."""
        if self.keys.tag or "_index" in self.keys.fields:
            return
        texts = [self.host, self.index_name, self.template_name, self.logstash_prefix, self.logstash_dateformat,
                 self.deflector_alias, self.application_name, self.ilm_policy_id,
                 *map(str, (self.customize_template or {}).values())]  # fmt: skip
        if not any(depends_on_chunk(text or "", self.keys) for text in texts):
            raise self.error("the chunk keys of <buffer> must include tag; write <buffer tag>")

    def _check_options(self) -> None:
        if self.primary is None:
            self._check_keys()
        if self.user and self.password is None:
            raise self.error("option 'user' needs password", "user")
        if bool(self.ssl_min_version) != bool(self.ssl_max_version):
            raise self.error("ssl_min_version and ssl_max_version go together; set both")
        for name in ("max_retry_putting_template", "max_retry_get_es_version"):
            if getattr(self, name) < 0:
                raise self.error(f"option {name!r} must not be negative, got {getattr(self, name)}", name)
        if self.target_index_affinity:
            raise self.error(
                "option 'target_index_affinity' is not supported; take it out", "target_index_affinity"
            )
        if self.metadata and self.metadata.include_chunk_id and self.write_operation in ("update", "upsert"):
            raise self.error("include_chunk_id does not go with updates; take one out")
        for name in ("index_name", "logstash_prefix", "logstash_dateformat", "type_name", "pipeline"):
            text = self.type_name_ if name == "type_name" else getattr(self, name)
            if _CHUNK_ID in (text or ""):
                raise self.error(
                    f"option {name!r} cannot hold ${{chunk_id}}: events are formatted before", name
                )
        if self.cloud_id and not self.cloud_auth:
            raise self.error("option 'cloud_id' needs cloud_auth", "cloud_id")
        if self.ilm_policy and self.ilm_policies:
            raise self.error("use either ilm_policy or ilm_policies", "ilm_policies")
        try:
            self._check_server_and_files()
        except KelpError as error:
            raise self.error(str(error)) from error
        self._warn_of_options()

    def _check_server_and_files(self) -> None:
        if not self._server_differs:
            parse_hosts(self, self.host, self.hosts)
        if any(
            (self.ca_file, self.client_cert, self.ssl_version, self.ssl_min_version, self.ssl_max_version)
        ):
            tls_context(self)
        for path in (self.template_file, *(self.templates or {}).values()):
            if path:
                read_template(str(path), {})

    def _warn_of_options(self) -> None:
        if self.ignore_exceptions:
            self.log.warning("ignore_exceptions has no effect: Kelp retries every failure of the sink")
        if self.sniffer_class_name and self.sniffer_class_name not in _SIMPLE_SNIFFERS:
            self.log.warning("sniffer_class_name has no effect: Kelp uses the hosts it was given")
        if self.write_operation != "index" and self.id_required and not self.id_key:
            self.log.warning(
                "documents without id are dropped: write_operation needs id_key", op=self.write_operation
            )
        if bool(self.template_name) != bool(self.template_file):
            self.log.warning("no template is installed: template_name and template_file go together")

    @property
    def _server_differs(self) -> bool:
        """Whether each chunk says which server it is for, by placeholders."""
        return self.placeholders.uses(self.host) or self.placeholders.uses(self.hosts or "")

    def setup_texts(self) -> dict[str, str]:
        """The options of the set-up that may hold placeholders."""
        if not self._installer.needed:
            return {}
        texts = {
            "template_name": self.template_name or "",
            "deflector_alias": self.deflector_alias or "",
            "application_name": self.application_name,
            "ilm_policy_id": self.ilm_policy_id,
        }
        texts.update({f"customize:{key}": str(text) for key, text in (self.customize_template or {}).items()})
        if self.rollover_index or self.enable_ilm:
            texts["target_index"] = self.logstash_prefix if self.logstash_format else self.index_name
        return texts

    def chunk_metadata(self, metadata: Metadata) -> Metadata:
        if self._splits_by_chunk or self.secondary is not None:
            return metadata
        return EMPTY if metadata.timekey is None else Metadata(metadata.timekey)

    def events(self, chunk: Chunk) -> Iterator[tuple[str, Batch]]:
        for frame in chunk.remaining():
            found = list(documents([frame]))
            if found:
                records = [document.record(self._formatter.original) for document in found]
                yield found[0].tag, Batch([document.time for document in found], records)

    def format_records(self, tag: str, batch: Batch, metadata: Metadata) -> list[bytes]:
        return self._formatter.format(tag, batch, metadata)

    def start(self) -> None:
        if self.verify_es_version_at_startup and not self._server_differs:
            # The version shapes documents, so it is worth a moment, but not a late start.
            asking = threading.Thread(target=self._ask_version, name=f"version-{self.plugin_id}", daemon=True)
            asking.start()
            asking.join(_VERSION_WAIT)
        super().start()

    def _ask_version(self) -> None:
        try:
            self._detect_version(self._client(self.host, self.hosts))
        except SinkError as error:
            self.log.warning("cannot ask Elasticsearch for its version, going on without", error=error)

    def _client(self, host: str, hosts: str | None) -> Client:
        with self._clients_lock:
            client = self._clients.get((host, hosts))
            if client is None:
                threads = (self.primary or self).buffer.flush_thread_count
                client = Client(self, parse_hosts(self, host, hosts), threads, self.log)
                self._clients[host, hosts] = client
            return client

    def _detect_version(self, client: Client) -> None:
        status, body = client.request("GET", "/")
        try:
            major = int(str(orjson.loads(body)["version"]["number"]).partition(".")[0])
        except (ValueError, KeyError, TypeError):
            self.log.warning("Elasticsearch does not tell its version", status=status)
            major = (
                self.default_elasticsearch_version if "default_elasticsearch_version" in self.element else 7
            )
        if self._major is None and major == 7 and self.type_name_ not in ("_doc", "fluentd"):
            self.log.info("Elasticsearch 7 has one type: _doc is used", type_name=self.type_name_)
        if major != self._major:
            self._formatter.set_major_version(self.type_rules(major))
            self._known_since = time.monotonic()
        self._major = major
        self._is_asked = True

    def type_rules(self, major: int) -> int:
        """The major version of Elasticsearch whose rules about `_type` hold."""
        return major

    def install(self, client: Client, chunk: Chunk) -> None:
        """Install templates and the like that the chunk's documents need. Raises SinkError."""
        if self._installer.needed:
            names = {key: self.extract_placeholders(text, chunk) for key, text in self.setup_texts().items()}
            self._installer.ensure(client, names, names.get("target_index", ""))

    def hosts_of(self, chunk: Chunk) -> tuple[str, str | None]:
        """The options host and hosts for a chunk."""
        if not self._splits_by_chunk:
            return self.host, self.hosts
        hosts = self.extract_placeholders(self.hosts, chunk) if self.hosts else None
        return self.extract_placeholders(self.host, chunk), hosts

    def write(self, chunk: Chunk) -> None:
        client = self._client(*self.hosts_of(chunk))
        if not self._is_asked and self.verify_es_version_at_startup:
            self._detect_version(client)
        self.install(client, chunk)
        try:
            self._sender.send(client, chunk, partial(self._prepare, chunk), self.include_index_in_url)
        except HttpError as error:
            # What it refuses as a whole may be types, which another version has no use for.
            self._is_asked = error.status != HTTPStatus.BAD_REQUEST
            raise

    def _prepare(self, chunk: Chunk, body: bytes) -> bytes:
        """A request as this version of Elasticsearch wants it."""
        if chunk.born < self._known_since:
            body = self._formatter.retyped(body)
        return self._with_chunk_id(body, chunk.id)

    def _with_chunk_id(self, body: bytes, chunk_id: str) -> bytes:
        if not (self.metadata and self.metadata.include_chunk_id):
            return body
        field = orjson.dumps({self.metadata.chunk_id_key: chunk_id})[1:]
        lines = body.split(b"\n")
        for number in range(1, len(lines), 2):
            line = lines[number]
            lines[number] = line[:-1] + (b"," if len(line) > 2 else b"") + field
        return b"\n".join(lines)

    def _refuse_document(self, tag: str, time: int, record: dict[str, Any], error: Exception) -> None:
        tell = self.log.info if self.log_es_400_reason else self.log.debug
        tell("Elasticsearch refuses a document", tag=tag, reason=error)
        self.emit_error(tag, time, record, error)

    def _send_around(self, tag: str, batch: Batch) -> None:
        self.emit(self.retry_tag or tag, batch)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

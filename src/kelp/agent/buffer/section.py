"""The options of `<buffer>` that say when and how chunks are flushed."""

import re

from kelp.agent.buffer.placeholders import ChunkKeys
from kelp.agent.buffer.retry import RetryRules
from kelp.agent.config import Section, param
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.timefmt import is_timezone

_KEY = re.compile(r"(?:\$\.)?[-_.@a-zA-Z0-9]+(?:\[-?\d+\])*")


class BufferSection(Section):
    """How an output gathers events into chunks, flushes and retries them."""

    chunk_keys: list[str] = param.array(
        default=[],
        value_type="string",
        argument=True,
        description="What the events of a chunk have in common: tag, time, and names of record fields.",
    )
    timekey: float | None = param.time(default=None, description="Length of a time slice, in seconds.")
    timekey_wait: float = param.time(
        default=600, description="How long a slice waits for late events after its end, in seconds."
    )
    timekey_use_utc: bool = param.boolean(
        default=False, description="Cut slices and fill time placeholders in UTC."
    )
    timekey_zone: str | None = param.string(
        default=None,
        description="Zone of the slices, such as +09:00 or Asia/Tokyo; the local one by default.",
    )
    flush_at_shutdown: bool | None = param.boolean(
        default=None, description="Flush before ending; true by default for buffers that live in memory."
    )
    flush_mode: str = param.enum(
        ["default", "lazy", "interval", "immediate"],
        default="default",
        description="When chunks are flushed; by default lazy with time as chunk key, else interval.",
    )
    flush_interval: float = param.time(default=60, description="Age at which a chunk is flushed, in seconds.")
    flush_thread_count: int = param.integer(default=1, description="Threads that write chunks in parallel.")
    flush_thread_interval: float = param.float(
        default=1.0, description="Longest sleep between two looks at the staged chunks, in seconds."
    )
    flush_thread_burst_interval: float = param.float(
        default=0.0, description="Rest between two chunks while more are queued, in seconds."
    )
    delayed_commit_timeout: float = param.time(
        default=60, description="Accepted for Fluentd's sake: acknowledgements have ack_response_timeout."
    )
    overflow_action: str = param.enum(
        ["throw_exception", "block", "drop_oldest_chunk"],
        default="throw_exception",
        description="What a full buffer does to whoever emits.",
    )
    retry_forever: bool = param.boolean(default=False, description="Never give up a chunk.")
    retry_timeout: float = param.time(
        default=72 * 3600, description="How long a failing flush is repeated, in seconds."
    )
    retry_max_times: int | None = param.integer(default=None, description="How often a flush is repeated.")
    retry_secondary_threshold: float = param.float(
        default=0.8, description="Share of retry_timeout after which the secondary output takes over."
    )
    retry_type: str = param.enum(
        ["exponential_backoff", "periodic"],
        default="exponential_backoff",
        description="Whether the pauses between retries grow.",
    )
    retry_wait: float = param.time(default=1, description="The first pause, in seconds.")
    retry_exponential_backoff_base: float = param.float(
        default=2.0, description="Factor by which pauses grow."
    )
    retry_max_interval: float | None = param.time(default=None, description="Longest pause, in seconds.")
    retry_randomize: bool = param.boolean(
        default=True, description="Vary pauses by an eighth, so that many agents do not retry together."
    )

    def configure(self) -> None:
        if self.flush_thread_count < 1:
            raise self.error(f"option 'flush_thread_count' must be at least 1, got {self.flush_thread_count}",
                             "flush_thread_count")  # fmt: skip
        if "time" in self.chunk_keys:
            if self.timekey is None:
                raise self.error(
                    "'time' is a chunk key, so option 'timekey' is required; write timekey 1d or the like"
                )
            if self.timekey < 1:
                raise self.error(f"option 'timekey' must be at least 1 second, got {self.timekey}", "timekey")
        zone = self.timekey_zone
        if zone is not None and not is_timezone(zone):
            raise self.error(f"option 'timekey_zone' must be a time zone, got {zone!r}", "timekey_zone")
        for key in self.keys.fields:
            self._check_key(key)

    def _check_key(self, key: str) -> None:
        if key.startswith("$["):
            raise self.error(f"chunk key {key!r}: write nested fields as $.a.b, not with brackets")
        if not _KEY.fullmatch(key):
            raise self.error(f"chunk key {key!r} has characters other than letters, digits and - _ . @")
        try:
            Accessor(key)
        except ValueError as error:
            raise self.error(f"chunk key must be {error}") from None

    @property
    def keys(self) -> ChunkKeys:
        """The chunk keys and the options that belong to them."""
        fields = tuple(key for key in self.chunk_keys if key not in ("tag", "time"))
        timekey = int(self.timekey) if "time" in self.chunk_keys and self.timekey else None
        return ChunkKeys("tag" in self.chunk_keys, fields, timekey, self.timekey_use_utc, self.timekey_zone)

    @property
    def mode(self) -> str:
        """The flush mode in force: lazy, interval or immediate."""
        if self.flush_mode != "default":
            return self.flush_mode
        return "lazy" if "time" in self.chunk_keys else "interval"

    def check_secondary(self) -> None:
        """Raises ConfigError for options that do not go with a `<secondary>`."""
        if not 0 < self.retry_secondary_threshold < 1:
            raise self.error(
                f"option 'retry_secondary_threshold' must lie between 0 and 1, got {self.retry_secondary_threshold}",
                "retry_secondary_threshold",
            )

    def retry_rules(self, has_secondary: bool) -> RetryRules:
        """The `retry_*` options as one value."""
        return RetryRules(
            kind=self.retry_type,
            wait=self.retry_wait,
            timeout=self.retry_timeout,
            forever=self.retry_forever,
            max_times=self.retry_max_times,
            base=self.retry_exponential_backoff_base,
            max_interval=self.retry_max_interval,
            randomize=self.retry_randomize,
            secondary_threshold=self.retry_secondary_threshold if has_secondary else None,
        )

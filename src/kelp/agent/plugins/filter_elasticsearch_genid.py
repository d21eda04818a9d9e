"""Gives records an id, so that sending them twice stores them once (`id_key _hash` in the output)."""

import base64
import hashlib
import uuid

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register
from kelp.agent.ruby.text import join, to_s

_NANOS = 1_000_000_000


@register("filter", "elasticsearch_genid")
class ElasticsearchGenidFilter(Filter):
    """Adds a random id, or with `use_record_as_seed` one that equal records share."""

    hash_id_key: str = param.string(default="_hash", description="Field for the id.")
    include_tag_in_seed: bool = param.boolean(default=False, description="Let the tag change the id.")
    include_time_in_seed: bool = param.boolean(
        default=False, description="Let the time (seconds) change the id."
    )
    use_record_as_seed: bool = param.boolean(default=False, description="Make the id from the record.")
    use_entire_record: bool = param.boolean(
        default=False, description="Make the id of use_record_as_seed from all fields."
    )
    record_keys: list[str] = param.array(
        default=[], value_type="string", description="Fields that the id of use_record_as_seed is made from."
    )
    separator: str = param.string(default="_", description="Text between the fields' values.")
    hash_type: str = param.enum(
        ["md5", "sha1", "sha256", "sha512"], default="sha1", description="Hash function."
    )

    def configure(self) -> None:
        if self.use_record_as_seed and not self.use_entire_record and not self.record_keys:
            raise self.error("use_record_as_seed needs record_keys or use_entire_record")

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        for time, record in zip(batch.times, batch.records, strict=True):
            seed = self._seed(tag, time, record) if self.use_record_as_seed else None
            record[self.hash_id_key] = self._encode(seed)
        return batch

    def _seed(self, tag: str, time: int, record: Record) -> str:
        seed = tag + self.separator if self.include_tag_in_seed else ""
        if self.include_time_in_seed:
            seed += f"{time // _NANOS}{self.separator}"
        if self.use_entire_record:
            return seed + "".join(f"|{key}|{to_s(record[key])}" for key in record)
        return seed + join([record.get(key) for key in self.record_keys], self.separator)

    def _encode(self, seed: str | None) -> str:
        if seed is None:
            return base64.b64encode(str(uuid.uuid4()).encode()).decode()
        digest = hashlib.new(self.hash_type, seed.encode("utf-8", "surrogateescape"), usedforsecurity=False)
        return base64.b64encode(digest.digest()).decode()

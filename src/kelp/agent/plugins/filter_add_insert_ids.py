"""Filter `add_insert_ids`: ids by which Google Cloud Logging orders entries and drops repeated ones."""

import secrets
import string

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.plugin import Filter, register
from kelp.agent.ruby.methods_string import successor

_CHARACTERS = string.digits + string.ascii_lowercase
_LENGTH = 17


@register("filter", "add_insert_ids")
class AddInsertIdsFilter(Filter):
    """Give each record an id that counts up, from a random one at the start."""

    insert_id_key: str = param.string(
        default="logging.googleapis.com/insertId",
        description="Field for the id; one that is there and not empty is kept.",
    )

    def configure(self) -> None:
        self._id = "".join(secrets.choice(_CHARACTERS) for _ in range(_LENGTH))

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        key = self.insert_id_key
        for record in batch.records:
            if record.get(key) in (None, ""):
                record[key] = self._id = successor(self._id)
        return batch

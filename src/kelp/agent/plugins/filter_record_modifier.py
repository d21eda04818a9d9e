"""The record_modifier filter: add fields computed by Ruby expressions, replace text, remove fields."""

from kelp.agent.event import Batch
from kelp.agent.plugin import Filter, register
from kelp.agent.ruby.values import RubyError
from kelp.agent.transform.modifier import RecordModifier


@register("filter", "record_modifier")
class RecordModifierFilter(RecordModifier, Filter):
    """Add fields, replace text and remove fields. What stands in ${…} is a Ruby expression."""

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        out = Batch()
        for time, record in zip(batch.times, batch.records, strict=True):
            try:
                out.append(time, self.modified(tag, time, record))
            except (RubyError, ValueError) as error:
                self.fail(tag, time, record, error, out)
        return out

"""The record_modifier output: change records as the filter does, and send them on under a new tag."""

from kelp.agent.config import param
from kelp.agent.event import Batch
from kelp.agent.plugin import Output, Router, register
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.text import to_s
from kelp.agent.ruby.values import EventMoment, RubyError
from kelp.agent.transform.modifier import NAMES, RecordModifier
from kelp.agent.transform.ruby import QUOTES, RubyTemplate
from kelp.agent.transform.scope import TagScope


@register("output", "record_modifier")
class RecordModifierOutput(RecordModifier, Output):
    """Add fields, replace text, remove fields, and send the records on under a new tag."""

    tag: str = param.string(description="Tag of what is sent on; ${…} is Ruby that sees the changed record.")

    def configure(self) -> None:
        super().configure()
        try:
            self._tag = RubyTemplate(self.tag, typecast=True, quotes=QUOTES, names=NAMES)
        except RubySyntaxError as error:
            message = f"option 'tag': cannot use Ruby {self.tag!r}: {error}"
            raise self.error(message, "tag") from None

    def process(self, tag: str, batch: Batch) -> None:
        new_tag = self._tag.bind(TagScope.of(tag))
        groups: dict[str, Batch] = {}
        for time, record in zip(batch.times, batch.records, strict=True):
            changed = dict(record)
            try:
                changed = self.modified(tag, time, changed)
                target = to_s(new_tag(changed, EventMoment(time)))
            except (RubyError, ValueError) as error:
                self.emit_error(tag, time, record, error)
                continue
            groups.setdefault(target, Batch()).append(time, changed)
        for target, group in groups.items():
            self.emit(target, group)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        try:
            return [(self.router, to_s(self._tag.bind(TagScope.of(tag))({}, EventMoment(0))))]
        except (RubyError, ValueError):  # the tag is made of fields
            return [(self.router, "…")]

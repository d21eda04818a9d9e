"""Parser `none`: the whole text in one field."""

import time
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Record
from kelp.agent.parse import RecordParser
from kelp.agent.plugin.parser import Parsed, ParsedLines
from kelp.agent.plugin.registry import register


@register("parser", "none")
class NoneParser(RecordParser):
    """Keep the text as it is."""

    message_key: str = param.string(default="message", description="Field that takes the text.")

    def parse_record(self, text: str) -> Record:
        return {self.message_key: text}

    def parse(self, text: str) -> Parsed:
        return time.time_ns() if self.estimate_current_event else None, {self.message_key: text}

    def parse_value(self, value: Any) -> Parsed:
        return time.time_ns() if self.estimate_current_event else None, {self.message_key: value}

    def parse_texts(self, texts: list[str]) -> ParsedLines:
        key = self.message_key
        records: list[Record] = [{key: text} for text in texts]
        return ParsedLines([time.time_ns()] * len(texts), records, list(range(len(texts))))

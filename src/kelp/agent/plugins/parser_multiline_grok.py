"""Parser `multiline_grok`: grok patterns over text of several lines."""

import re

from kelp.agent.config import param
from kelp.agent.parse.multiline import MultilineText
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_grok import GrokParser


@register("parser", "multiline_grok")
class MultilineGrokParser(GrokParser, MultilineText):
    """As grok, with text put together from lines by whoever reads them."""

    dot_matches_newline = True

    multiline_start_regexp: "re.Pattern[str] | None" = param.regexp(
        default=None, description="Expression that the first line of an event matches, between slashes."
    )

    @property
    def has_first_line(self) -> bool:
        return self.multiline_start_regexp is not None

    def is_first_line(self, line: str) -> bool:
        return (
            self.multiline_start_regexp is not None and self.multiline_start_regexp.search(line) is not None
        )

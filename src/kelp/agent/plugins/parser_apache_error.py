"""Parser `apache_error`: Apache's error log."""

from kelp.agent.config import param
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_regexp import RegexpParser, build_expression

_LINE = (
    r"^\[[^ ]* (?<time>[^\]]*)\] \[(?<level>[^\]]*)\](?: \[pid (?<pid>[^\]]*)\])?"
    r"(?: \[client (?<client>[^\]]*)\])? (?<message>.*)$"
)


@register("parser", "apache_error")
class ApacheErrorParser(RegexpParser):
    """Read Apache's error log."""

    expression = param.regexp(
        default=build_expression(_LINE), description="Ruby regular expression with named groups."
    )

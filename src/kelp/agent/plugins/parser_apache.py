"""Parser `apache`: Apache's common and combined log format, every field as text."""

from kelp.agent.config import param
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_regexp import RegexpParser, build_expression

_LINE = (
    r"^(?<host>[^ ]*) [^ ]* (?<user>[^ ]*) \[(?<time>[^\]]*)\]"
    r' "(?<method>\S+)(?: +(?<path>[^ ]*) +\S*)?" (?<code>[^ ]*) (?<size>[^ ]*)'
    r'(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)")?$'
)


@register("parser", "apache")
class ApacheParser(RegexpParser):
    """Read Apache's access log without converting anything."""

    expression = param.regexp(
        default=build_expression(_LINE), description="Ruby regular expression with named groups."
    )
    time_format: str | None = param.string(
        default="%d/%b/%Y:%H:%M:%S %z", description="strptime format of the time."
    )

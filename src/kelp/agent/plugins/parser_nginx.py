"""Parser `nginx`: Nginx's combined log format."""

from kelp.agent.config import param
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_regexp import RegexpParser, build_expression

_LINE = (
    r"^(?<remote>[^ ]*) (?<host>[^ ]*) (?<user>[^ ]*) \[(?<time>[^\]]*)\]"
    r' "(?<method>\S+)(?: +(?<path>[^"]*?)(?: +\S*)?)?" (?<code>[^ ]*) (?<size>[^ ]*)'
    r'(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)"(?:\s+"?(?<http_x_forwarded_for>[^"]*)"?)?)?$'
)


@register("parser", "nginx")
class NginxParser(RegexpParser):
    """Read Nginx's access log."""

    expression = param.regexp(
        default=build_expression(_LINE), description="Ruby regular expression with named groups."
    )
    time_format: str | None = param.string(
        default="%d/%b/%Y:%H:%M:%S %z", description="strptime format of the time."
    )

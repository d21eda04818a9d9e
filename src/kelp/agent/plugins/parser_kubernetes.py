"""Parser `kubernetes`: lines of klog, the log library of Kubernetes' own programs."""

from kelp.agent.config import param
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_regexp import RegexpParser, build_expression

_LINE = r"^(?<severity>\w)(?<time>\d{4} [^\s]*)\s+(?<pid>\d+)\s+(?<source>[^ \]]+)\] (?<message>.*)"


@register("parser", "kubernetes")
class KubernetesParser(RegexpParser):
    """Read `I0204 07:32:30.020537 3368 server.go:1048] message`."""

    expression = param.regexp(
        default=build_expression(_LINE, multiline=True),
        description="Ruby regular expression with named groups.",
    )
    time_format: str | None = param.string(
        default="%m%d %H:%M:%S.%N", description="strptime format of the time."
    )

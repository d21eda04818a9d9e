"""Parser `kubernetes`: lines of klog, the log library of Kubernetes' own programs."""

from kelp.agent.config import Element, param
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_regexp import RegexpParser, build_expression

LINE = r"^(?<severity>\w)(?<time>\d{4} [^\s]*)\s+(?<pid>\d+)\s+(?<source>[^ \]]+)\] (?<message>.*)"
TIME_FORMAT = "%m%d %H:%M:%S.%N"


@register("parser", "kubernetes")
class KubernetesParser(RegexpParser):
    """Read `I0204 07:32:30.020537 3368 server.go:1048] message`; expression and time format are fixed."""

    expression = param.regexp(
        default=build_expression(LINE, multiline=True), description="Has no effect: that of klog is taken."
    )
    time_format: str | None = param.string(
        default=TIME_FORMAT, description="Has no effect: the time is month and day, then the time of day."
    )

    def load(self, element: Element) -> None:
        element.set("expression", f"/{LINE}/m")
        element.set("time_format", TIME_FORMAT)
        super().load(element)

"""Parser `multiline_kubernetes`: entries of klog that go on over several lines."""

from kelp.agent.config import Element, param
from kelp.agent.plugin.registry import register
from kelp.agent.plugins.parser_kubernetes import LINE, TIME_FORMAT
from kelp.agent.plugins.parser_multiline import MultilineParser


@register("parser", "multiline_kubernetes")
class MultilineKubernetesParser(MultilineParser):
    """As multiline, with the formats and the time of klog, the log library of Kubernetes' own programs."""

    format_firstline: str | None = param.string(
        default=r"/^\w\d{4}/", description="Has no effect: an entry begins with a letter and four digits."
    )
    time_format: str | None = param.string(
        default=TIME_FORMAT, description="Has no effect: the time is month and day, then the time of day."
    )

    def load(self, element: Element) -> None:
        element.set("format_firstline", r"/^\w\d{4}/")
        element.set("format1", f"/{LINE}/")
        element.set("time_format", TIME_FORMAT)
        super().load(element)

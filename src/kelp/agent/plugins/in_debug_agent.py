"""Input `debug_agent`: stands in Fluentd's packaged configuration; Kelp opens no debugger."""

from kelp.agent.config import param
from kelp.agent.plugin.input import Input
from kelp.agent.plugin.registry import register


@register("input", "debug_agent")
class DebugAgentInput(Input):
    """Accepted for Fluentd's sake: there is no Ruby to debug, so no port is opened and no event emitted."""

    bind: str = param.string(default="0.0.0.0", description="Address; has no effect.")
    port: int = param.integer(default=24230, description="Port; has no effect.")
    unix_path: str | None = param.string(default=None, description="Unix socket; has no effect.")
    object: str = param.string(default="Fluent::Engine", description="What to show; has no effect.")

    def start(self) -> None:
        self.log.info("debug_agent has no effect in Kelp: nothing listens", port=self.port)

"""Where records go that a plugin could not process: `@ERROR`, or the agent's own log."""

from kelp.agent.event import Batch, Record
from kelp.agent.pipeline.router import LabelRouter
from kelp.common.log import Log

_log = Log("agent.error")
_SHOWN_CHARACTERS = 1000


class LoggedErrors:
    """Without an `@ERROR` label: records are logged, refused batches raise to their source."""

    def handle_record(self, tag: str, time: int, record: Record, error: Exception) -> None:
        shown = repr(record)[:_SHOWN_CHARACTERS]
        kind = type(error).__name__
        _log.warning("dump an error event", error_class=kind, error=error, tag=tag, time=time, record=shown)

    def handle_batch(self, tag: str, batch: Batch, error: Exception) -> None:
        kind = type(error).__name__
        _log.warning("emit transaction failed", error_class=kind, error=error, tag=tag, records=len(batch))
        raise error


class RoutedErrors:
    """With an `@ERROR` label: records and batches go there under their tag."""

    def __init__(self, router: LabelRouter) -> None:
        self._router = router

    def handle_record(self, tag: str, time: int, record: Record, error: Exception) -> None:
        _log.warning("send an error event to @ERROR", error_class=type(error).__name__, error=error, tag=tag)
        self._router.emit(tag, Batch([time], [record]))

    def handle_batch(self, tag: str, batch: Batch, error: Exception) -> None:
        _log.warning(
            "send an error event stream to @ERROR", error_class=type(error).__name__, error=error, tag=tag
        )
        self._router.emit(tag, batch)


class ErrorSink:
    """What labels hold; becomes a RoutedErrors once the `@ERROR` label was seen."""

    def __init__(self) -> None:
        self.target: LoggedErrors | RoutedErrors = LoggedErrors()

    def handle_record(self, tag: str, time: int, record: Record, error: Exception) -> None:
        self.target.handle_record(tag, time, record, error)

    def handle_batch(self, tag: str, batch: Batch, error: Exception) -> None:
        self.target.handle_batch(tag, batch, error)

"""Ending the statements of a request whose client went away."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field

from kelp.store.errors import ApiError


@dataclass(slots=True, eq=False)
class Cancellation:
    """One request's mark on its statements, by which they are found again, and whether it still wants an answer."""

    tag: str = field(default_factory=lambda: f"kelp-request-{uuid.uuid4().hex}")
    cancelled: bool = False

    def marked(self, sql: str) -> str:
        """The SELECT with the mark. Raises ApiError `task_cancelled_exception` once nobody waits any more."""
        if self.cancelled:
            raise ApiError(400, "task_cancelled_exception", "task cancelled [http channel closed]")
        # The client takes comments off a statement; a name that nothing uses stays in its text.
        select = f"SELECT * FROM ({sql})" if sql.startswith("(") else sql
        return f"WITH '{self.tag}' AS _request {select}"


RUNNING: ContextVar[Cancellation | None] = ContextVar("kelp_running_request", default=None)
"""The request that this thread works for."""

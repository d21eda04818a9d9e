"""When to try again after a failed flush."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryRules:
    """The `retry_*` options; all durations in seconds."""

    kind: str = "exponential_backoff"
    wait: float = 1.0
    timeout: float = 72 * 3600.0
    forever: bool = False
    max_times: int | None = None
    base: float = 2.0
    max_interval: float | None = None
    randomize: bool = True
    secondary_threshold: float | None = None  # None: there is no secondary

    def interval(self, times: int) -> float:
        """Seconds to wait after failure number `times` (from 0), before the random part."""
        if self.kind == "periodic":
            return self.wait
        try:
            interval = self.wait * self.base**times
        except OverflowError:
            interval = float("inf")
        if self.max_interval is not None and interval > self.max_interval:
            return self.max_interval
        return min(interval, 1e9)


_RANDOM_WIDTH = 0.125


class RetryState:
    """The course of one series of failures, from the first to a success or to the limit.

    Times are those of a clock that nobody sets: otherwise one set back by hours would stop the output for hours, and
    one set forward would use up `retry_timeout` and drop what is queued.
    """

    def __init__(self, rules: RetryRules, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self.start = clock()
        self.steps = 0
        self.next_time = self.start + rules.wait
        self._timeout_at = self.start + rules.timeout
        self._reached_timeout = False
        self._timed_out = False
        self._switched_at_step: int | None = None
        self._switch_at: float | None = None
        if rules.secondary_threshold is not None:
            span = rules.timeout
            if rules.max_times is not None:
                span = min(span, sum(rules.interval(i) for i in range(rules.max_times)))
            self._switch_at = self.start + span * rules.secondary_threshold

    def statistics(self) -> dict[str, float]:
        """The figures that monitor_agent shows; times in seconds since 1970."""
        return {
            "start": self.time_of_day(self.start),
            "steps": self.steps,
            "next_time": self.time_of_day(self.next_time),
        }

    def time_of_day(self, moment: float) -> float:
        """A moment of this state, such as `next_time`, as seconds since 1970 by the clock of now."""
        return time.time() + moment - self._clock()

    @property
    def secondary(self) -> bool:
        """Whether the next attempt goes to the secondary output."""
        if self._rules.forever or self._switch_at is None:
            return False
        return self._switched_at_step is not None or self._clock() >= self._switch_at

    @property
    def exhausted(self) -> bool:
        """Whether the limit of times or of time is reached."""
        if self._rules.forever:
            return False
        times = self._rules.max_times
        return self._timed_out or (times is not None and self.steps >= times)

    def step(self) -> None:
        """Note another failure."""
        self.steps += 1
        if self._switched_at_step is None and self.secondary:
            self._switched_at_step = self.steps
        self.next_time = self._following()
        if self._reached_timeout:
            self._timed_out = self.next_time >= self._timeout_at
        else:
            self._reached_timeout = self.next_time >= self._timeout_at

    def _following(self) -> float:
        rules = self._rules
        steps = self.steps - (self._switched_at_step or 0)
        interval = rules.interval(steps)
        if rules.randomize:
            interval += interval * _RANDOM_WIDTH * (2 * random.random() - 1)
        following = self._clock() + interval
        if rules.forever:
            return following
        if self._switch_at is not None and self._switched_at_step is None:
            return min(following, self._switch_at)
        return min(following, self._timeout_at)

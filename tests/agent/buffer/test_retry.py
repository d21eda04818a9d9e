"""Retry times, as Fluentd's retry_state has them."""

import time

import pytest

from kelp.agent.buffer.retry import RetryRules, RetryState


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def course(rules: RetryRules, steps: int) -> tuple[list[float], list[str], RetryState]:
    """Waits before each attempt and what each attempt writes to, failing `steps` times more after the first."""
    clock = Clock()
    state = RetryState(rules, clock)
    waits = [state.next_time - clock.now]
    used = []
    for _ in range(steps):
        clock.now = state.next_time
        used.append("secondary" if state.secondary else "primary")
        state.step()
        if state.exhausted:
            used.append("exhausted")
            break
        waits.append(round(state.next_time - clock.now, 3))
    return waits, used, state


@pytest.mark.parametrize(
    ("rules", "steps", "waits", "used"),
    [
        (RetryRules(randomize=False), 4, [1, 2, 4, 8, 16], ["primary"] * 4),
        (RetryRules(randomize=False, max_interval=5), 4, [1, 2, 4, 5, 5], ["primary"] * 4),
        (RetryRules(randomize=False, wait=0.5, base=3), 2, [0.5, 1.5, 4.5], ["primary"] * 2),
        (RetryRules(randomize=False, kind="periodic", wait=7), 3, [7, 7, 7, 7], ["primary"] * 3),
        (RetryRules(randomize=False, max_times=2), 5, [1, 2], ["primary", "primary", "exhausted"]),
        (RetryRules(randomize=False, max_times=0), 1, [1], ["primary", "exhausted"]),
        # The last wait ends at the timeout, the attempt after it is the last one.
        (RetryRules(randomize=False, kind="periodic", wait=4, timeout=10), 9, [4, 4, 2],
         ["primary", "primary", "primary", "exhausted"]),
        (RetryRules(randomize=False, kind="periodic", wait=4, timeout=10, forever=True), 4, [4] * 5, ["primary"] * 4),
        # The secondary takes over at 80 % of the time, with waits of its own.
        (RetryRules(randomize=False, timeout=20, secondary_threshold=0.8), 6, [1, 2, 4, 8, 1, 1, 2],
         ["primary"] * 4 + ["secondary"] * 2),
    ],
)  # fmt: skip
def test_course(rules: RetryRules, steps: int, waits: list[float], used: list[str]) -> None:
    got_waits, got_used, _ = course(rules, steps)
    assert (got_waits, got_used) == (waits, used)


def test_random_part_is_an_eighth() -> None:
    for _ in range(50):
        waits, _, _ = course(RetryRules(), 3)
        for wait, middle in zip(waits[1:], (2, 4, 8), strict=True):
            assert middle * 0.875 <= wait <= middle * 1.125


def test_many_failures_stay_finite() -> None:
    assert RetryRules().interval(5000) == 1e9


@pytest.mark.parametrize("hours", [-5, 100])
def test_a_clock_that_is_set_changes_nothing(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    moment, passed = 1_800_000_000.0, time.monotonic()
    monkeypatch.setattr(time, "time", lambda: moment)
    monkeypatch.setattr(time, "monotonic", lambda: passed)
    state = RetryState(RetryRules(secondary_threshold=0.8), time.monotonic)
    moment += hours * 3600
    assert state.next_time - time.monotonic() == pytest.approx(1.0)
    assert state.time_of_day(state.next_time) == pytest.approx(time.time() + 1.0)
    state.step()
    assert not state.secondary
    assert not state.exhausted

"""Things done at intervals."""

from kelp.agent.plugin.clock import Ticker
from kelp.common.log import Log
from tests.agent.waiting import wait_for

LOG = Log("test.clock")


def test_a_fault_ends_nothing_and_stop_does() -> None:
    calls: list[int] = []

    def act() -> None:
        calls.append(1)
        raise ValueError("bad")

    ticker = Ticker(0.005, act, LOG, "test")
    ticker.start()
    wait_for(lambda: len(calls) > 1)
    ticker.stop()
    ticker.join()
    made = len(calls)
    ticker.join()
    assert len(calls) == made


def test_without_an_interval_nothing_is_done() -> None:
    calls: list[int] = []
    ticker = Ticker(None, lambda: calls.append(1), LOG, "test")
    ticker.start()
    ticker.stop()
    ticker.join()
    assert calls == []

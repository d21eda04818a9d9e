"""The throttle filter."""

import pytest

from kelp.agent.config import ConfigError
from kelp.agent.plugin.driver import Driver

START = 6_000_000.0  # a multiple of all periods below


class Clock:
    """The wall clock of the filter."""

    def __init__(self) -> None:
        self.now = START

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("kelp.agent.plugins.filter_throttle.time", clock)
    return clock


OPTIONS = "group_key a, k.b\ngroup_bucket_period_s 10\ngroup_bucket_limit 20\n"


def passed(driver: Driver, number: int, group: str = "x") -> int:
    return len(driver.filter([{"a": group, "k": {"b": 1}} for _ in range(number)]))


def test_limit_per_group_and_period(clock: Clock) -> None:
    driver = Driver("filter", "throttle", OPTIONS + "group_reset_rate_s -1")
    assert passed(driver, 15) == 15
    assert passed(driver, 15) == 5
    assert passed(driver, 15, "y") == 15
    clock.now += 9.9
    assert passed(driver, 1) == 0
    clock.now += 0.1
    assert passed(driver, 30) == 20


def test_a_group_stays_shut_until_its_rate_has_fallen(clock: Clock) -> None:
    driver = Driver("filter", "throttle", OPTIONS)
    assert passed(driver, 30) == 20
    clock.now += 10
    assert passed(driver, 1) == 0, "31 events in 10 s are 3 a second, more than 2"
    clock.now += 1
    assert passed(driver, 1) == 1, "one event in the last second"


def test_warns_only_without_drop_logs(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    driver = Driver("filter", "throttle", OPTIONS + "group_drop_logs false")
    assert passed(driver, 30) == 30
    assert caplog.messages == ["rate exceeded"]
    clock.now += 9
    assert passed(driver, 1) == 1
    assert caplog.messages == ["rate exceeded"], "not again before group_warning_delay_s"
    clock.now += 1
    assert passed(driver, 1) == 1
    assert caplog.messages == ["rate exceeded"], "one event a second is below the rate"


def test_missing_fields_are_a_group_and_old_groups_are_forgotten(clock: Clock) -> None:
    driver = Driver("filter", "throttle", "group_bucket_period_s 1\ngroup_bucket_limit 1")
    assert len(driver.filter([{}, {"kubernetes": "x"}])) == 1
    clock.now += 3
    driver.filter([{"kubernetes": {"container_name": "c"}}])
    assert list(driver.plugin._groups) == ["['c']"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("group_bucket_period_s 0", "option 'group_bucket_period_s' must be at least 1"),
        ("group_bucket_limit 0", "option 'group_bucket_limit' must be at least 1"),
        ("group_warning_delay_s 0", "option 'group_warning_delay_s' must be at least 1"),
        ("group_reset_rate_s 101", "option 'group_reset_rate_s' must lie between -1 and limit / period, 100"),
    ],
)
def test_config_errors(options: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Driver("filter", "throttle", options)
    assert message in str(caught.value)

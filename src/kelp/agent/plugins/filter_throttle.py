"""The throttle filter: limit the events of each group per period."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from kelp.agent.config import param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register

_SPENT = -1


@dataclass(slots=True)
class Group:
    """What is known of one group; times are seconds of the wall clock."""

    rate_since: float
    bucket_since: float
    rate_count: int = 0
    rate: int = 0  # events a second, about
    count: int = 0  # events of this period, _SPENT once the limit is passed
    warned: float | None = None


@register("filter", "throttle")
class ThrottleFilter(Filter):
    """Drop what a group logs beyond its limit until the period ends and its rate has fallen."""

    group_key: list[str] = param.array(
        default=["kubernetes.container_name"],
        value_type="string",
        description="Fields whose values together make a group: names joined by dots.",
    )
    group_bucket_period_s: int = param.integer(default=60, description="Length of a period, in seconds.")
    group_bucket_limit: int = param.integer(default=6000, description="Events of a group per period.")
    group_drop_logs: bool = param.boolean(default=True, description="Drop events beyond, or only warn.")
    group_reset_rate_s: int | None = param.integer(
        default=None,
        description="Rate a second below which a group may log again; -1: any, by default limit / period.",
    )
    group_warning_delay_s: int = param.integer(
        default=10, description="Time between two warnings about a group, in seconds."
    )

    def configure(self) -> None:
        self._paths = [path.split(".") for path in self.group_key]
        for option, least in (
            ("group_bucket_period_s", 1),
            ("group_bucket_limit", 1),
            ("group_warning_delay_s", 1),
        ):
            if getattr(self, option) < least:
                raise self.error(f"option {option!r} must be at least {least}", option)
        self._limit_rate = self.group_bucket_limit // self.group_bucket_period_s
        self._reset_rate = self._limit_rate if self.group_reset_rate_s is None else self.group_reset_rate_s
        if not -1 <= self._reset_rate <= self._limit_rate:
            raise self.error(
                f"option 'group_reset_rate_s' must lie between -1 and limit / period, {self._limit_rate}",
                "group_reset_rate_s",
            )
        # In the order of their last event.
        self._groups: OrderedDict[str, Group] = OrderedDict()

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        now = time.time()
        out = Batch()
        for when, record in zip(batch.times, batch.records, strict=True):
            if self._passes(record, now) or not self.group_drop_logs:
                out.append(when, record)
        return out

    def _passes(self, record: Record, now: float) -> bool:
        name = repr([_dig(record, path) for path in self._paths])
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group(now, now)
        self._groups.move_to_end(name)
        self._measure(group, now)
        self._forget_one(now)
        period = self.group_bucket_period_s
        if int(now) // period > int(group.bucket_since) // period:
            if group.count == _SPENT and self._reset_rate != -1:
                if group.rate >= self._reset_rate:
                    return self._refuse(name, group, now)
                self.log.info("rate back down", **self._figures(name, group, now))
            group.count, group.bucket_since = 0, now
        elif group.count == _SPENT:
            return self._refuse(name, group, now)
        group.count += 1
        if group.count > self.group_bucket_limit:
            self._refuse(name, group, now)
            group.count = _SPENT
            return False
        return True

    def _measure(self, group: Group, now: float) -> None:
        group.rate_count += 1
        since = now - group.rate_since
        if since >= 1:
            group.rate = round(group.rate_count / since)
            group.rate_count, group.rate_since = 0, now

    def _forget_one(self, now: float) -> None:
        oldest = next(iter(self._groups))
        if now - self._groups[oldest].rate_since > 2 * self.group_bucket_period_s:
            del self._groups[oldest]

    def _refuse(self, name: str, group: Group, now: float) -> bool:
        if group.warned is None or now - group.warned >= self.group_warning_delay_s:
            self.log.warning("rate exceeded", **self._figures(name, group, now))
            group.warned = now
        return False

    def _figures(self, name: str, group: Group, now: float) -> dict[str, Any]:
        since = now - group.bucket_since
        rate = max(group.rate, round(group.count / since) if since > 0 else 0)
        return {
            "group_key": name,
            "rate_s": rate,
            "period_s": self.group_bucket_period_s,
            "limit": self.group_bucket_limit,
            "rate_limit_s": self._limit_rate,
            "reset_rate_s": self._reset_rate,
        }


def _dig(record: Record, path: list[str]) -> Any:
    value: Any = record
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value

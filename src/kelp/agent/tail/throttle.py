"""Limits on reading: bytes a second for each file, lines a period for groups of files."""

import re
from dataclasses import dataclass, field
from typing import Any

from kelp.agent.config import Section, param
from kelp.agent.config.values import to_hash
from kelp.agent.ruby.regexp import compile_regexp, parse_literal

_CONTAINER_LOG = (
    r"^\/var\/log\/containers\/(?<podname>[a-z0-9]([-a-z0-9]*[a-z0-9])?(\/[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)"
    r"_(?<namespace>[^_]+)_(?<container>.+)-(?<docker_id>[a-z0-9]{64})\.log$"
)


class RuleSection(Section):
    """How much a group of files may give."""

    match: dict[str, Any] = param.hash(
        default=None, description="Named group of the path → what it must match."
    )
    limit: int = param.integer(default=-1, description="Lines in a rate_period for the group; -1: no limit.")

    def configure(self) -> None:
        if self.limit < -1:
            raise self.error("option 'limit' must be -1 or more", "limit")
        try:
            self.patterns = {
                name: parse_literal(str(text)) for name, text in to_hash(self.match or {}).items()
            }
        except ValueError as error:
            raise self.error(f"option 'match': {error}", "match") from error

    def fits(self, groups: dict[str, str | None]) -> bool:
        """Whether a path with these named groups falls under the rule."""
        return all(pattern.search(groups.get(name) or "") for name, pattern in self.patterns.items())


class GroupSection(Section):
    """Limits for groups of files, told apart by their paths."""

    pattern: re.Pattern[str] = param.regexp(
        default=compile_regexp(_CONTAINER_LOG), description="Named groups of a path."
    )
    rate_period: float = param.time(default=5, description="Seconds over which lines are counted.")
    rule: list[RuleSection] = param.sections(
        "rule", RuleSection, required=True, description="Limit of a group."
    )


@dataclass(slots=True)
class _Counter:
    lines: int = 0
    since: float = 0.0


@dataclass(slots=True)
class GroupThrottle:
    """Counts lines of each file; the limit of a group is shared evenly by its files."""

    section: GroupSection
    counters: dict[str, _Counter] = field(default_factory=dict)
    rules: dict[str, RuleSection | None] = field(default_factory=dict)

    def allowance(self, path: str, now: float) -> int | None:
        """Lines the file may give now; None: as many as it likes."""
        rule = self._rule(path)
        if rule is None or rule.limit < 0:
            return None
        counter = self.counters.setdefault(path, _Counter(0, now))
        if now - counter.since >= self.section.rate_period:
            counter.lines, counter.since = 0, now
        files = sum(1 for other in self.rules.values() if other is rule)
        return max(rule.limit // files - counter.lines, 0)

    def count(self, path: str, lines: int) -> None:
        """Note that a file gave `lines` lines."""
        if path in self.counters:
            self.counters[path].lines += lines

    def forget(self, path: str) -> None:
        """The file is no longer followed."""
        self.counters.pop(path, None)
        self.rules.pop(path, None)

    def _rule(self, path: str) -> RuleSection | None:
        if path not in self.rules:
            found = self.section.pattern.search(path)
            groups = found.groupdict() if found else {}
            # the rule that asks for more is the more special one
            rules = sorted(self.section.rule, key=lambda rule: -len(rule.patterns))
            self.rules[path] = next((rule for rule in rules if found and rule.fits(groups)), None)
        return self.rules[path]

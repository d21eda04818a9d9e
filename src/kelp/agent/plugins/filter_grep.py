"""The grep filter: keep or drop records by the values of their fields."""

import re
from collections.abc import Callable
from typing import Any

from kelp.agent.config import Section, param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Filter, register
from kelp.agent.plugin.accessor import Accessor, UnreachableError
from kelp.agent.ruby.regexp import compile_regexp
from kelp.agent.ruby.text import to_s

Test = Callable[[Record], bool]
_NUMBERED = 20


class ConditionSection(Section):
    """One field and the pattern its value must match."""

    key: str = param.string(
        description="Field to look at: a name, or a path such as $.kubernetes.labels.app."
    )
    pattern: "re.Pattern[str]" = param.regexp(description="Regular expression.")


class GroupSection(Section):
    """Conditions that belong together; either `<regexp>` or `<exclude>`, not both."""

    regexps: list[ConditionSection] = param.sections(
        "regexp", ConditionSection, description="Patterns to match."
    )
    excludes: list[ConditionSection] = param.sections(
        "exclude", ConditionSection, description="Patterns to avoid."
    )

    def configure(self) -> None:
        if self.regexps and self.excludes:
            raise self.error("do not write both <regexp> and <exclude> in one group")


@register("filter", "grep")
class GrepFilter(Filter):
    """Keep or drop records by the values of their fields."""

    regexps: list[ConditionSection] = param.sections(
        "regexp", ConditionSection, description="A record stays only if all of these match."
    )
    excludes: list[ConditionSection] = param.sections(
        "exclude", ConditionSection, description="A record is dropped if any of these matches."
    )
    and_groups: list[GroupSection] = param.sections(
        "and",
        GroupSection,
        description="Conditions that must all match (or, of <exclude>, all match to drop).",
    )
    or_groups: list[GroupSection] = param.sections(
        "or", GroupSection, description="Conditions of which one must match (or, of <exclude>, one to drop)."
    )

    def configure(self) -> None:
        self._is_nested = False
        # Conditions by what they mean together, then by their field, which may stand once only.
        all_match = self._numbered("regexp")
        any_drops = self._numbered("exclude")
        any_match: dict[str, Test] = {}
        all_drop: dict[str, Test] = {}
        self._add(all_match, self.regexps, "<regexp>")
        self._add(any_drops, self.excludes, "<exclude>")
        for group in self.and_groups:
            self._add(all_match, group.regexps, "<and>")
            self._add(all_drop, group.excludes, "<and>")
        for group in self.or_groups:
            self._add(any_match, group.regexps, "<or>")
            self._add(any_drops, group.excludes, "<or>")
        tests = [list(found.values()) for found in (all_match, any_match, all_drop, any_drops)]
        self._keeps = _combine(*tests)
        if self._is_nested:
            self._keeps = self._keeping_odd(self._keeps)

    def _add(self, tests: dict[str, Test], conditions: list[ConditionSection], where: str) -> None:
        for one in conditions:
            if one.key in tests:
                raise one.error(f"key {one.key!r} stands twice in {where}", "key")
            tests[one.key] = self._test(one.key, one.pattern)

    def _numbered(self, name: str) -> dict[str, Test]:
        """Fluentd 0.12's form: `regexp1 key pattern`."""
        tests: dict[str, Test] = {}
        for number in range(1, _NUMBERED + 1):
            option = f"{name}{number}"
            self.element.known.add(option)
            value = self.element.get(option)
            if value is None:
                continue
            key, blank, pattern = str(value).partition(" ")
            if not blank:
                raise self.error(f"option {option!r} must be a field and a pattern, got {value!r}", option)
            if key in tests:
                raise self.error(f"option {option!r}: the field {key!r} has a pattern already", option)
            try:
                tests[key] = self._test(key, compile_regexp(pattern))
            except ValueError as error:
                raise self.error(f"option {option!r}: cannot compile {pattern!r}: {error}", option) from None
        return tests

    def _test(self, key: str, pattern: "re.Pattern[str]") -> Test:
        try:
            accessor = Accessor(key)
        except ValueError as error:
            raise self.error(f"key must be {error}") from None
        self._is_nested = self._is_nested or accessor.is_nested
        get = accessor.reach if accessor.is_nested else accessor.getter()
        search = pattern.search

        def test(record: Record) -> bool:
            value: Any = get(record)
            return search(value if type(value) is str else to_s(value)) is not None

        return test

    def _keeping_odd(self, keeps: Test) -> Test:
        """Keep records in which a path leads through text or a number, as Fluentd does."""

        def test(record: Record) -> bool:
            try:
                return keeps(record)
            except UnreachableError as error:
                self.log.warning("cannot grep an event", error=error)
                return True

        return test

    def filter_batch(self, tag: str, batch: Batch) -> Batch:
        keeps = self._keeps
        kept = [keeps(record) for record in batch.records]
        if all(kept):
            return batch
        pairs = [(t, r) for t, r, keep in zip(batch.times, batch.records, kept, strict=True) if keep]
        return Batch([t for t, _ in pairs], [r for _, r in pairs])


def _combine(
    all_match: list[Test], any_match: list[Test], all_drop: list[Test], any_drops: list[Test]
) -> Test:
    """One function for all conditions; the usual single condition without the machinery."""
    if not any_match and not all_drop:
        if len(all_match) == 1 and not any_drops:
            return all_match[0]
        if len(any_drops) == 1 and not all_match:
            drops = any_drops[0]
            return lambda record: not drops(record)

    def keeps(record: Record) -> bool:
        if not all(test(record) for test in all_match):
            return False
        if any_match and not any(test(record) for test in any_match):
            return False
        if all_drop and all(test(record) for test in all_drop):
            return False
        return not any(test(record) for test in any_drops)

    return keeps

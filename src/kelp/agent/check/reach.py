"""Sections that no event reaches."""

import re
from collections.abc import Iterator

from kelp.agent.check.flow import source_tag, start_of
from kelp.agent.pipeline.assembly import ERROR_LABEL, LOG_LABEL, Assembly
from kelp.agent.pipeline.match import compile_tag_patterns
from kelp.agent.pipeline.router import LabelRouter, Rule
from kelp.agent.plugin import Filter, Output

# Parts that no one writes in a pattern: what matches them matches anything in their place.
_PART = "⟨part⟩"
_PARTS = ("", f"{_PART}", f"{_PART}.{_PART}.{_PART}")


def unreachable(assembly: Assembly) -> Iterator[str]:
    """A line for each section whose events an earlier `<match>` takes, and each label that nothing sends to."""
    for router in assembly.routers.values():
        for number, rule in enumerate(router.rules):
            taker = _taker(rule, router.rules[:number])
            if taker is not None:
                element, first = rule.stage.element, taker.stage.element
                mend = "put it before" if isinstance(rule.stage, Filter) else "put the narrower one first"
                yield (
                    f"{element.place}: {element.title()} gets no events: {first.title()} at {first.place} takes them; "
                    f"{mend}"
                )
    yield from _unused_labels(assembly)
    yield from _dropped(assembly)


def _taker(rule: Rule, before: list[Rule]) -> Rule | None:
    """The earlier `<match>` that takes every tag of this rule."""
    samples = samples_of(rule.stage.element.arg or "**")
    if not samples:
        return None
    for earlier in before:
        if isinstance(earlier.stage, Output) and all(earlier.matches(tag) for tag in samples):
            return earlier
    return None


def samples_of(text: str) -> list[str]:
    """Tags that a pattern matches, such that whatever matches them all covers it; none for regular expressions."""
    samples: list[str] = []
    for pattern in text.split():
        if pattern.startswith("/") or "\\" in pattern:
            return []
        for plain in _expanded(pattern):
            made = {plain.replace("**", part).replace("*", _PART).strip(".") for part in _PARTS}
            matches = compile_tag_patterns(plain)
            samples += sorted(tag for tag in made if matches(tag))
    return samples


def _expanded(pattern: str) -> list[str]:
    """The patterns that `{a,b}` stands for."""
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    head, tail = pattern[: found.start()], pattern[found.end() :]
    return [one for choice in found[1].split(",") for one in _expanded(head + choice + tail)]


def _unused_labels(assembly: Assembly) -> Iterator[str]:
    used = {id(start_of(source, assembly)) for source in assembly.inputs}
    for router in assembly.routers.values():
        for rule in router.rules:
            if isinstance(rule.stage, Output):
                used |= {id(target) for target, _tag in rule.stage.onward("")}
    for name, router in assembly.routers.items():
        if name in ("", ERROR_LABEL, LOG_LABEL) or id(router) in used or not router.rules:
            continue
        place = router.rules[0].stage.element.place
        yield f"{place}: nothing sends to <label {name}>: its filters and outputs get no events"


def _dropped(assembly: Assembly) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for source in assembly.inputs:
        tag = source_tag(source)
        if tag is None or tag.startswith("…"):
            continue
        for router, label_tag in _ends(start_of(source, assembly), tag, ()):
            if (router.name, label_tag) in seen:
                continue
            seen.add((router.name, label_tag))
            where = router.name or "the top level"
            element = source.element
            yield f"{element.place}: no <match> of {where} takes tag {label_tag}: events of {element.title()} are dropped"


def _ends(
    router: LabelRouter, tag: str, before: tuple[tuple[str, str], ...]
) -> Iterator[tuple[LabelRouter, str]]:
    """Where events of a tag end without an output."""
    if (router.name, tag) in before or "…" in tag[:1]:
        return
    output = router.resolve(tag).output
    if output is None:
        yield router, tag
        return
    for target, new_tag in output.onward(tag):
        if isinstance(target, LabelRouter):
            yield from _ends(target, new_tag, (*before, (router.name, tag)))

"""The rewrite_tag_filter output: sends events on under a tag made from their fields."""

import re
import shlex
import socket
import subprocess
from typing import Any

from kelp.agent.config import Section, param
from kelp.agent.event import Batch, Record
from kelp.agent.plugin import Output, Router, register
from kelp.agent.plugin.accessor import Accessor
from kelp.agent.ruby.text import to_s

_PLACEHOLDER = re.compile(r"\$\{[a-z_]+(?:\[[0-9]+\])?\}|__[A-Z_]+__")
_REFERENCE = re.compile(r"\$\d+")


class RuleSection(Section):
    """A field, a pattern, and the tag of events whose field matches."""

    key: str = param.string(
        description="Field to look at: a name, or a path such as $.kubernetes.labels.app."
    )
    pattern: "re.Pattern[str]" = param.regexp(description="Pattern for its value.")
    tag: str = param.string(
        description="New tag; $1 … are groups of the pattern, ${tag}, ${tag_parts[n]} and ${hostname} placeholders."
    )
    label: str | None = param.string(None, description="Label to send the event to.")
    invert: bool = param.boolean(False, description="Take events whose value does not match.")

    def configure(self) -> None:
        if all(re.search(rf"{name}\[\d\.\.\.?\d\]", self.tag) for name in (r"\$\{tag_parts", "__TAG_PARTS")):
            raise self.error("${tag_parts[n]} takes no ranges", "tag")
        try:
            self.value = Accessor(self.key).getter()
        except ValueError as error:
            raise self.error(f"option 'key' must be {error}", "key") from None


@register("output", "rewrite_tag_filter")
class RewriteTagFilterOutput(Output):
    """Send events on under a tag made from their fields; the first rule that matches decides, others are dropped."""

    hands_on_shared = True

    capitalize_regex_backreference: bool = param.boolean(False, description="Capitalise $1 … in the new tag.")
    remove_tag_prefix: str | None = param.string(None, description="Prefix to remove from ${tag}.")
    remove_tag_regexp: "re.Pattern[str] | None" = param.regexp(
        None, description="What to remove from ${tag}."
    )
    hostname_command: str = param.string(
        "hostname", description="Command that prints the name for ${hostname}."
    )
    emit_mode: str = param.enum(
        ["record", "batch"], "batch", description="Send events one by one, or together by their new tags."
    )
    rules: list[RuleSection] = param.sections(
        "rule", RuleSection, required=True, description="Tried in order."
    )

    def configure(self) -> None:
        if any(re.match(r"rewriterule\d", name) for name in self.element.attrs):
            raise self.error("rewriterule1 … are no longer supported: write <rule> sections")
        names = [(rule.key, rule.invert, rule.pattern.pattern) for rule in self.rules]
        if len(set(names)) < len(names):
            raise self.error("two <rule> sections have the same key and pattern")
        if self.remove_tag_prefix is not None and self.remove_tag_regexp is not None:
            raise self.error("remove_tag_prefix and remove_tag_regexp are exclusive", "remove_tag_prefix")
        if self.remove_tag_prefix is not None:
            self.remove_tag_regexp = re.compile("^" + re.escape(self.remove_tag_prefix) + r"\.?")
        self._hostname = self._read_hostname()
        self._targets: dict[str | None, Router] = {None: self.router}
        for rule in self.rules:
            if rule.label:
                self._targets[rule.label] = self.context.router(rule.label)

    def _read_hostname(self) -> str:
        if self.hostname_command == "hostname":
            return socket.gethostname()
        try:
            command = shlex.split(self.hostname_command)
            return subprocess.run(
                command, capture_output=True, text=True, timeout=10, check=True
            ).stdout.rstrip("\n")
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise self.error(f"cannot run hostname_command: {error}", "hostname_command") from None

    def process(self, tag: str, batch: Batch) -> None:
        placeholders = self._placeholders(tag)
        groups: dict[tuple[str | None, str], Batch] = {}
        for time, record in zip(batch.times, batch.records, strict=True):
            found = self._rewrite(record, placeholders)
            if found is None or (found[1] == tag and found[0] is None):
                continue
            groups.setdefault(found, Batch(shared=batch.shared)).append(time, record)
        for (label, new_tag), group in groups.items():
            self._targets[label].emit(new_tag, group)

    def onward(self, tag: str) -> list[tuple[Router, str]]:
        placeholders = self._placeholders(tag)
        found: dict[tuple[str | None, str], None] = {}
        for rule in self.rules:
            text = _REFERENCE.sub("…", rule.tag)
            new_tag = _PLACEHOLDER.sub(lambda ref: placeholders.get(ref[0], ""), text)
            if rule.label or new_tag != tag:
                found[rule.label or None, new_tag] = None
        return [(self._targets[label], new_tag) for label, new_tag in found]

    def _rewrite(self, record: Record, placeholders: dict[str, str]) -> tuple[str | None, str] | None:
        """Label and new tag of an event; None when no rule takes it."""
        for rule in self.rules:
            value: Any = rule.value(record)
            text = value if type(value) is str else to_s(value)
            if text == "" and not rule.invert:
                continue
            found = rule.pattern.search(text)
            if (found is not None) is rule.invert:
                continue
            new_tag = rule.tag if found is None else self._fill(rule.tag, found)
            return rule.label or None, _PLACEHOLDER.sub(lambda ref: placeholders.get(ref[0], ""), new_tag)
        return None

    def _fill(self, tag: str, found: "re.Match[str]") -> str:
        return _REFERENCE.sub(lambda reference: self._group(found, reference[0]), tag)

    def _group(self, found: "re.Match[str]", reference: str) -> str:
        number = int(reference[1:])
        text = (found[number] or "") if 0 < number <= found.re.groups else ""
        return text[:1].upper() + text[1:].lower() if self.capitalize_regex_backreference else text

    def _placeholders(self, tag: str) -> dict[str, str]:
        if self.remove_tag_regexp is not None:
            tag = self.remove_tag_regexp.sub("", tag, count=1)
        names = {"__HOSTNAME__": self._hostname, "${hostname}": self._hostname, "__TAG__": tag, "${tag}": tag}
        for at, part in enumerate(tag.split(".")):
            names[f"${{tag_parts[{at}]}}"] = part
        return names

"""Templates, aliases and lifecycle policies that the output installs before it writes."""

import json
import threading
import time
from typing import Any
from urllib.parse import quote

import orjson

from kelp.agent.output.elasticsearch.client import Client, HttpError, SinkError
from kelp.agent.output.elasticsearch.options import TemplateOptions
from kelp.agent.output.http import shorten
from kelp.common.errors import KelpError
from kelp.common.log import Log

_JSON = {"Content-Type": "application/json"}
DEFAULT_POLICY = {
    "policy": {"phases": {"hot": {"actions": {"rollover": {"max_size": "50gb", "max_age": "30d"}}}}}
}


def read_template(path: str, replacements: dict[str, str]) -> dict[str, Any]:
    """A template file with strings replaced. Raises KelpError."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new in replacements.items():
            text = text.replace(old, new.lower())
        template = json.loads(text)
    except OSError as error:
        raise KelpError(f"cannot read template file {path}: {error.strerror}") from error
    except ValueError as error:
        raise KelpError(f"cannot read template file {path}: no JSON: {error}") from error
    if not isinstance(template, dict):
        raise KelpError(f"cannot read template file {path}: it holds no JSON object")
    return template


class Installer:
    """Installs what the options ask for, once per name; failures raise SinkError and are retried with the chunk."""

    def __init__(self, options: TemplateOptions, log: Log) -> None:
        self._options = options
        self._log = log
        self._lock = threading.Lock()
        self._installed: set[str] = set()
        self._since = time.monotonic()
        self._failures = 0
        self._given_up = False

    @property
    def needed(self) -> bool:
        """Whether there is anything to install."""
        options = self._options
        return bool((options.template_name and options.template_file) or options.templates)

    def ensure(self, client: Client, names: dict[str, str], target_index: str) -> None:
        """Install what is missing; `names` are the options with placeholders, filled. Raises SinkError."""
        with self._lock:
            if self._given_up:
                return
            try:
                self._install(client, names, target_index)
            except SinkError as error:
                options = self._options
                self._failures += 1
                again = self._failures <= options.max_retry_putting_template
                if again or options.fail_on_putting_template_retry_exceed:
                    raise
                self._given_up = True
                self._log.warning("cannot set up Elasticsearch, writing without", cause=error)

    def _install(self, client: Client, names: dict[str, str], target_index: str) -> None:
        options = self._options
        interval = options.truncate_caches_interval
        if interval and time.monotonic() - self._since > interval:
            self._installed.clear()
            self._since = time.monotonic()
        for name, path in (options.templates or {}).items():
            self._once(client, str(name), str(path), {})
        if options.template_name and options.template_file:
            self._main(client, names, target_index)

    def _main(self, client: Client, names: dict[str, str], target_index: str) -> None:
        options = self._options
        alias = names.get("deflector_alias", "")
        name = alias if options.enable_ilm and alias else names["template_name"]
        if f"{name}\0{target_index}" in self._installed:
            return
        replacements = {key: names[f"customize:{key}"] for key in options.customize_template or {}}
        template = read_template(options.template_file or "", replacements)
        if options.enable_ilm:
            self._with_policy(template, target_index, names["ilm_policy_id"], alias)
        self._put_template(client, name, template)
        if options.rollover_index or options.enable_ilm:
            self._create_alias(client, alias or target_index, names["application_name"], target_index)
        if options.enable_ilm:
            self._put_policy(client, names["ilm_policy_id"])
        self._installed.add(f"{name}\0{target_index}")

    def _once(self, client: Client, name: str, path: str, replacements: dict[str, str]) -> None:
        if name not in self._installed:
            self._put_template(client, name, read_template(path, replacements))
            self._installed.add(name)

    def _put_template(self, client: Client, name: str, template: dict[str, Any]) -> None:
        kind = "_template" if self._options.use_legacy_template else "_index_template"
        path = f"/{kind}/{quote(name, safe='')}"
        if not self._options.template_overwrite and self._exists(client, path):
            self._log.debug("template is there already", name=name)
            return
        self._put(client, path, template)
        self._log.info("installed template", name=name, overwrite=self._options.template_overwrite)

    def _with_policy(self, template: dict[str, Any], index: str, policy: str, alias: str) -> None:
        options = self._options
        depth = index.count(options.index_separator) + 1
        template["index_patterns"] = [f"{index}{options.index_separator}*"]
        settings = {"index.lifecycle.name": policy, "index.lifecycle.rollover_alias": alias or index}
        if options.use_legacy_template:
            template.pop("template", None)
            template.setdefault("settings", {}).update(settings)
            template["order"] = (template.get("order") or 50) + depth
        else:
            template.setdefault("template", {}).setdefault("settings", {}).update(settings)
            template["priority"] = (template.get("priority") or 100) + depth

    def _create_alias(self, client: Client, alias: str, application: str, target_index: str) -> None:
        options = self._options
        if self._exists(client, f"/_alias/{quote(alias, safe='')}"):
            return
        base = f"{target_index}{options.index_separator}{application}".lower()
        date = f"-{{{options.index_date_pattern}}}" if options.index_date_pattern else ""
        index = quote(f"<{base}{date}-000001>", safe="")
        self._put(client, f"/{index}", {"aliases": {alias: {"is_write_index": True}}}, may_exist=True)
        self._log.info("created the first index behind an alias", alias=alias)

    def _put_policy(self, client: Client, policy_id: str) -> None:
        options = self._options
        path = f"/_ilm/policy/{quote(policy_id, safe='')}"
        if not options.ilm_policy_overwrite and self._exists(client, path):
            return
        policies = {options.ilm_policy_id: options.ilm_policy, **options.ilm_policies}
        self._put(client, path, policies.get(policy_id) or DEFAULT_POLICY)

    def _exists(self, client: Client, path: str) -> bool:
        status, body = client.request("GET", path)
        if status in (200, 404):
            return status == 200
        raise HttpError(status, shorten(body))

    def _put(self, client: Client, path: str, body: dict[str, Any], may_exist: bool = False) -> None:
        status, answer = client.request("PUT", path, orjson.dumps(body), _JSON)
        if may_exist and b"resource_already_exists_exception" in answer:
            return
        if not 200 <= status < 300:
            raise HttpError(status, shorten(answer))

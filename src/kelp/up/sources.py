"""What there is to collect on this machine, and the Fluentd configuration that collects it."""

from dataclasses import dataclass
from pathlib import Path

JOURNAL_FOLDERS = (Path("/var/log/journal"), Path("/run/log/journal"))

_HEAD = """\
# Written by `kelp up` at every start; to change it, copy it and start with `kelp up --config COPY`.
<system>
  root_dir {state}/agent
</system>

# What the agent has to say of itself stays in its own log.
<label @FLUENT_LOG>
  <match **>
    @type null
  </match>
</label>
"""

_CONTAINERS = """
# Container logs: Docker's json-file lines, CRI lines, or anything else a line at a time.
<source>
  @type tail
  @id containers
  path {path}
  pos_file {state}/agent/containers.pos
  tag raw.kubernetes.*
  read_from_head true
  <parse>
    @type multi_format
    <pattern>
      format json
      time_key time
      time_format %Y-%m-%dT%H:%M:%S.%NZ
    </pattern>
    <pattern>
      format /^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[^ ]*) (?<log>.*)$/
      time_format %Y-%m-%dT%H:%M:%S.%N%:z
    </pattern>
    <pattern>
      format none
      message_key log
    </pattern>
  </parse>
</source>

# The runtime cuts lines at 16 KB: put them together again. CRI marks a part with P; Docker ends a whole
# line with a line break.
<filter raw.kubernetes.**>
  @type record_transformer
  enable_ruby true
  <record>
    log ${record["log"].chomp}
    logtag ${record["logtag"] || (record["stream"] && !record["log"].end_with?("\\n") ? "P" : "F")}
  </record>
</filter>
<filter raw.kubernetes.**>
  @type concat
  key log
  partial_key logtag
  partial_value P
  stream_identity_key stream
  separator ""
</filter>

# A stack trace is one record.
<match raw.kubernetes.**>
  @type detect_exceptions
  remove_tag_prefix raw
  message log
  stream stream
  force_line_breaks true
  multiline_flush_interval 1
  max_bytes 500000
  max_lines 1000
</match>

# Pod, namespace and container from the file's name.
<filter kubernetes.**>
  @type kubernetes_metadata
  tag_to_kubernetes_name_regexp {names}
</filter>

# A JSON line becomes fields; any other is the message.
<filter kubernetes.**>
  @type parser
  key_name log
  reserve_data true
  reserve_time true
  remove_key_name_field true
  <parse>
    @type multi_format
    <pattern>
      format json
    </pattern>
    <pattern>
      format none
    </pattern>
  </parse>
</filter>
"""

_SYSTEM_FILES = """
# Files of the system itself.
<source>
  @type tail
  @id system
  path {path}
  pos_file {state}/agent/system.pos
  tag system.*
  read_from_head true
  path_key file
  <parse>
    @type none
  </parse>
</source>
"""

_JOURNAL = """
# The journal.
<source>
  @type systemd
  @id journal
  path {path}
  tag journal
  read_from_head false
  <storage>
    @type local
    persistent true
    path {state}/agent/journal.pos
  </storage>
  <entry>
    fields_strip_underscores true
    fields_lowercase true
  </entry>
</source>
"""

_OUTPUT = """
<match **>
  @type elasticsearch
  @id store
  host {host}
  port {port}
  logstash_format true
  include_tag_key true
  suppress_type_name true
  reconnect_on_error true
  reload_connections false
  request_timeout 30s
  <buffer>
    @type file
    path {state}/agent/buffer
    flush_mode interval
    flush_interval 1s
    flush_thread_count 2
    retry_type exponential_backoff
    retry_forever true
    retry_max_interval 30
    chunk_limit_size 8M
    total_limit_size 2G
    overflow_action block
  </buffer>
</match>
"""


_POD_NAME = r"(?<pod_name>[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)"
_REST_OF_NAME = r"_(?<namespace>[^_.]+)_(?<container_name>[^.]+)-(?<docker_id>[a-z0-9]{64})\.log$"
# In a folder called containers the whole file name is known to be a name of a pod, which may hold dots.
_NAMES_IN_CONTAINERS = r"\.containers\." + _POD_NAME + _REST_OF_NAME
_NAMES_ANYWHERE = r"\.(?<pod_name>[a-z0-9][-a-z0-9]*)" + _REST_OF_NAME


@dataclass(frozen=True, slots=True)
class Sources:
    """What is to be collected: path patterns of container logs and system files, and the journal's folder."""

    containers: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    journal: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.containers or self.system or self.journal)

    def describe(self) -> str:
        parts = [*self.containers, *self.system]
        if self.journal:
            parts.append(f"the journal in {self.journal}")
        return ", ".join(parts)


def in_folder(folder: Path) -> Sources:
    """Every log file in and below `folder`; pod names are taken from file names where they hold them."""
    if (folder / "containers").is_dir():  # laid out like /var/log: pods/ would give every line twice
        return Sources(containers=(f"{folder}/containers/*.log",))
    return Sources(containers=(f"{folder}/*.log", f"{folder}/**/*.log"))


def on_this_machine(root: Path = Path("/var/log")) -> Sources:
    """Container logs, system log files and the journal, each where this machine has it."""
    containers = (f"{root}/containers/*.log",) if (root / "containers").is_dir() else ()
    system = (f"{root}/*.log",) if any(root.glob("*.log")) else ()
    journal = next((folder for folder in JOURNAL_FOLDERS if folder.is_dir() and any(folder.iterdir())), None)
    return Sources(containers, system, journal)


def configuration(sources: Sources, state: Path, host: str, port: int) -> str:
    """The Fluentd configuration that ships `sources` to the store at `host:port`, keeping state below `state`."""
    text = _HEAD
    if sources.containers:
        named = all(path.endswith("/containers/*.log") for path in sources.containers)
        text += _CONTAINERS.replace("{path}", ",".join(sources.containers)).replace(
            "{names}", _NAMES_IN_CONTAINERS if named else _NAMES_ANYWHERE
        )
    if sources.system:
        text += _SYSTEM_FILES.replace("{path}", ",".join(sources.system))
    if sources.journal:
        text += _JOURNAL.replace("{path}", str(sources.journal))
    text += _OUTPUT
    return text.replace("{state}", str(state)).replace("{host}", host).replace("{port}", str(port))

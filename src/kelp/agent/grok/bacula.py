"""Messages of the backup program Bacula."""

from kelp.agent.grok.rename import renamed

_VOLUME = r'Volume "%{BACULA_VOLUME:volume}"'
_DEVICE = r'device "%{BACULA_DEVICE:device}" \(%{BACULA_DEVICEPATH:path}\)'
_AT = "at %{BACULA_WHEN:when}."
_PEER = "(?:Client: %{BACULA_HOST:client}|Storage daemon) on %{BACULA_PEER:address}:%{POSINT:port}. ERR=%{GREEDYDATA:berror}"

# In the order in which they are tried.
_MESSAGES = {
    "MAX_CAPACITY": rf"User defined maximum volume capacity %{{BACULA_CAPACITY:capacity}} exceeded on {_DEVICE}",
    "END_VOLUME": rf"End of medium on {_VOLUME} Bytes=%{{BACULA_CAPACITY:bytes}} Blocks=%{{BACULA_CAPACITY:blocks}} {_AT}",
    "NEW_VOLUME": rf"Created new {_VOLUME} in catalog.",
    "NEW_LABEL": rf"Labeled new {_VOLUME} on {_DEVICE}.",
    "WROTE_LABEL": rf"Wrote label to prelabeled {_VOLUME} on {_DEVICE}".replace(":device}", ":prelabeled}"),
    "NEW_MOUNT": rf"New volume {_VOLUME[7:]} mounted on {_DEVICE} {_AT}",
    "NOOPEN": r"\s*Cannot open %{DATA}: ERR=%{GREEDYDATA:berror}",
    "NOOPENDIR": r'\s*Could not open directory "?%{DATA:file}"?: ERR=%{GREEDYDATA:berror}',
    "NOSTAT": r"\s*Could not stat %{DATA:file}: ERR=%{GREEDYDATA:berror}",
    "NOJOBS": rf"There are no more Jobs associated with {_VOLUME}. Marking it purged.",
    "ALL_RECORDS_PRUNED": rf'All records pruned from {_VOLUME}; marking it "Purged"',
    "BEGIN_PRUNE_JOBS": "Begin pruning Jobs older than %{INT} month %{INT} days .",
    "BEGIN_PRUNE_FILES": "Begin pruning Files.",
    "PRUNED_JOBS": "Pruned %{INT} Jobs* for client %{BACULA_HOST:client} from catalog.",
    "PRUNED_FILES": "Pruned Files from %{INT} Jobs* for client %{BACULA_HOST:client} from catalog.",
    "ENDPRUNE": "End auto prune.",
    "STARTJOB": "Start Backup JobId %{INT}, Job=%{BACULA_JOB:job}",
    "STARTRESTORE": "Start Restore Job %{BACULA_JOB:job}",
    "USEDEVICE": 'Using Device "%{BACULA_DEVICE:device}"',
    "DIFF_FS": r"\s+%{UNIXPATH} is a different filesystem. Will not descend from %{UNIXPATH} into it.",
    "JOBEND": "Job write elapsed time = %{DATA:elapsed}, Transfer rate = %{NUMBER} [KMG]? Bytes/second",
    "NOPRUNE_JOBS": "No Jobs found to prune.",
    "NOPRUNE_FILES": "No Files found to prune.",
    "VOLUME_PREVWRITTEN": rf"{_VOLUME} previously written, moving to end of data.",
    "READYAPPEND": rf"Ready to append to end of {_VOLUME} size=%{{INT:size}}",
    "CANCELLING": "Cancelling duplicate JobId=%{INT:other}.",
    "MARKCANCEL": "JobId %{INT:marked}, Job %{BACULA_JOB:job} marked to be canceled.",
    "CLIENT_RBJ": 'shell command: run ClientRunBeforeJob "%{GREEDYDATA:runjob}"',
    "VSS": "(?:Generate )?VSS (?:Writer)?",
    "MAXSTART": "Fatal [eE]rror: Job canceled because max start delay time exceeded.",
    "DUPLICATE": "Fatal [eE]rror: JobId %{INT:duplicate} already running. Duplicate job not allowed.",
    "NOJOBSTAT": "Fatal [eE]rror: No Job status returned from FD.",
    "FATAL_CONN": f"Fatal [eE]rror: bsock.c:133 Unable to connect to {_PEER}",
    "NO_CONNECT": f"Warning: bsock.c:127 Could not connect to {_PEER}",
    "NO_AUTH": "Fatal error: Unable to authenticate with File daemon at %{DATA:daemon}. Possible causes:",
    "NOSUIT": "No prior or suitable Full backup found in catalog. Doing FULL backup.",
    "JOB": r"(?:Error: )?Bacula %{BACULA_HOST} %{BACULA_VERSION} \(%{BACULA_VERSION}\):",
    "NOPRIOR": "No prior Full backup Job record found.",
}
_ALL = "|".join(f"%{{BACULA_LOG_{name}}}" for name in _MESSAGES)
_TEXT = "\n".join(f"BACULA_LOG_{name} {message}" for name, message in _MESSAGES.items()) + "\n"

COMMON = r"""
BACULA_VOLUME %{USER}
BACULA_DEVICE %{USER}
BACULA_DEVICEPATH %{UNIXPATH}
BACULA_CAPACITY %{INT}{1,3}(?:,%{INT}{3})*
BACULA_VERSION %{USER}
BACULA_JOB %{USER}
"""

_LEGACY_NAMES = {
    name: name for name in ("volume", "device", "berror", "client", "job", "elapsed", "runjob", "duplicate")
}
LEGACY = (
    r"""
BACULA_TIMESTAMP %{MONTHDAY}-%{MONTH} %{HOUR}:%{MINUTE}
BACULA_WHEN %{MONTHDAY}-%{MONTH}-%{YEAR} %{HOUR}:%{MINUTE}
BACULA_HOST [a-zA-Z\d-]+
BACULA_PEER %{HOSTNAME}
"""
    + renamed(_TEXT, _LEGACY_NAMES)
    + rf"BACULA_LOGLINE %{{BACULA_TIMESTAMP:bts}} %{{BACULA_HOST:hostname}}(?: JobId %{{INT:jobid}})?:? (?:{_ALL})"
    + "\n"
)

_ECS_NAMES = {
    "volume": "[bacula][volume][name]",
    "device": "[bacula][volume][device]",
    "prelabeled": "[bacula][volume][device]",
    "path": "[bacula][volume][path]",
    "capacity": "[bacula][volume][max_capacity]",
    "bytes": "[bacula][volume][bytes]",
    "blocks": "[bacula][volume][blocks]",
    "size": "[bacula][volume][size]:integer",
    "when": "[bacula][timestamp]",
    "berror": "[error][message]",
    "file": "[file][path]",
    "client": "[bacula][client][name]",
    "address": "[client][address]",
    "port": "[client][port]:integer",
    "job": "[bacula][job][name]",
    "marked": "[bacula][job][id]",
    "other": "[bacula][job][other_id]",
    "duplicate": "[bacula][job][other_id]",
    "elapsed": "[bacula][job][elapsed_time]",
    "runjob": "[bacula][job][client_run_before_command]",
}
ECS = (
    r"""
BACULA_TIMESTAMP %{MONTHDAY}-%{MONTH}(?:-%{YEAR})? %{HOUR}:%{MINUTE}
BACULA_WHEN %{BACULA_TIMESTAMP}
BACULA_HOST %{HOSTNAME}
BACULA_PEER %{IPORHOST}
"""
    + renamed(_TEXT, _ECS_NAMES)
    + r"""
BACULA_LOG_ALL_RECORDS_PRUNED .*?All records pruned from Volume "%{BACULA_VOLUME:[bacula][volume][name]}"; marking it "Purged"
BACULA_LOG_NEW_LABEL Labeled new Volume "%{BACULA_VOLUME:[bacula][volume][name]}" on (?:file )?device "%{BACULA_DEVICE:[bacula][volume][device]}" \(%{BACULA_DEVICEPATH:[bacula][volume][path]}\).
BACULA_LOG_DIFF_FS \s*%{UNIXPATH} is a different filesystem. Will not descend from %{UNIXPATH} into it.
BACULA_LOG_VOLUME_PREVWRITTEN Volume "?%{BACULA_VOLUME:[bacula][volume][name]}"? previously written, moving to end of data.
BACULA_LOG_NO_AUTH Fatal error: Unable to authenticate with File daemon at "?%{IPORHOST:[client][address]}(?::%{POSINT:[client][port]:integer})?"?. Possible causes:
"""
    + rf"BACULA_LOG %{{BACULA_TIMESTAMP:timestamp}} %{{BACULA_HOST:[host][hostname]}}(?: JobId %{{INT:[bacula][job][id]}})?:? (?:{_ALL})"
    + "\nBACULA_LOGLINE %{BACULA_LOG}\n"
)

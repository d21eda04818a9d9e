"""The log of Nagios: what kind of line it is, then values with semicolons between.

https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/extcommands.html
"""

from kelp.agent.grok.rename import renamed

_SERVICE = "hostname service state"
_HOST = "hostname state"
# What follows the kind of a line. The last value may hold semicolons; of event handlers and commands, none does.
_LINES = {
    "CURRENT_SERVICE_STATE": f"{_SERVICE} statetype statecode message",
    "CURRENT_HOST_STATE": f"{_HOST} statetype statecode message",
    "SERVICE_NOTIFICATION": f"notifyname {_SERVICE} contact message",
    "HOST_NOTIFICATION": f"notifyname {_HOST} contact message",
    "SERVICE_ALERT": f"{_SERVICE} statelevel attempt message",
    "HOST_ALERT": f"{_HOST} statelevel attempt message",
    "SERVICE_FLAPPING_ALERT": f"{_SERVICE} message",
    "HOST_FLAPPING_ALERT": f"{_HOST} message",
    "SERVICE_DOWNTIME_ALERT": f"{_SERVICE} comment",
    "HOST_DOWNTIME_ALERT": f"{_HOST} comment",
    "PASSIVE_SERVICE_CHECK": f"{_SERVICE} comment",
    "PASSIVE_HOST_CHECK": f"{_HOST} comment",
    "SERVICE_EVENT_HANDLER": f"{_SERVICE} statelevel event_handler_name",
    "HOST_EVENT_HANDLER": f"{_HOST} statelevel event_handler_name",
    "TIMEPERIOD_TRANSITION": "service unknown1 unknown2",
}
_COMMANDS = {
    "DISABLE_SVC_CHECK": "hostname service",
    "ENABLE_SVC_CHECK": "hostname service",
    "DISABLE_HOST_CHECK": "hostname",
    "ENABLE_HOST_CHECK": "hostname",
    "PROCESS_HOST_CHECK_RESULT": f"{_HOST} check_result",
    "PROCESS_SERVICE_CHECK_RESULT": f"{_SERVICE} check_result",
    "SCHEDULE_HOST_DOWNTIME": "hostname start_time end_time fixed trigger_id duration author comment",
    "DISABLE_HOST_SVC_NOTIFICATIONS": "hostname*",
    "ENABLE_HOST_SVC_NOTIFICATIONS": "hostname*",
    "DISABLE_HOST_NOTIFICATIONS": "hostname*",
    "ENABLE_HOST_NOTIFICATIONS": "hostname*",
    "DISABLE_SVC_NOTIFICATIONS": "hostname service*",
    "ENABLE_SVC_NOTIFICATIONS": "hostname service*",
}
_REST = ("message", "comment", "check_result")
_NUMBERS = (
    "attempt", "unknown1", "unknown2", "start_time", "end_time", "fixed", "trigger_id", "duration",
)  # fmt: skip
_NAMES = {
    "nagios_epoch": "timestamp",
    "nagios_type": "[nagios][log][type]",
    "nagios_command": "[nagios][log][command]",
    "nagios_hostname": "[host][hostname]",
    "nagios_service": "[service][name]",
    "nagios_state": "[service][state]",
    "nagios_statetype": "[nagios][log][state_type]",
    "nagios_statelevel": "[nagios][log][state_type]",
    "nagios_statecode": "[nagios][log][attempt]:integer",
    "nagios_attempt": "[nagios][log][attempt]:integer",
    "nagios_message": "message",
    "nagios_notifyname": "[user][name]",
    "nagios_contact": "[nagios][log][notification_command]",
    "nagios_comment": "[nagios][log][comment]",
    "nagios_event_handler_name": "[nagios][log][event_handler_name]",
    "nagios_unknown1": "[nagios][log][period_from]:integer",
    "nagios_unknown2": "[nagios][log][period_to]:integer",
    "nagios_check_result": "[nagios][log][check_result]",
    "nagios_start_time": "[nagios][log][start_time]",
    "nagios_end_time": "[nagios][log][end_time]",
    "nagios_fixed": "[nagios][log][fixed]",
    "nagios_trigger_id": "[nagios][log][trigger_id]",
    "nagios_duration": "[nagios][log][duration]:integer",
    "author": "[user][name]",
    "comment": "[nagios][log][comment]",
}


def _values(names: str) -> str:
    """The values of a line; of a scheduled downtime, author and comment have no prefix."""
    listed = names.split()
    found = []
    for name in listed:
        bare = name.rstrip("*")
        last = name is listed[-1]
        field = bare if "author" in listed and bare in ("author", "comment") else f"nagios_{bare}"
        pattern = "NUMBER" if bare in _NUMBERS else "DATA"
        if name.endswith("*") or (last and bare in _REST and field != bare):
            pattern = "GREEDYDATA"
        found.append(f"%{{{pattern}:{field}}}")
    return ";".join(found)


def _definitions() -> str:
    lines = [
        r"NAGIOSTIME \[%{NUMBER:nagios_epoch}\]",
        "NAGIOS_WARNING Warning:%{SPACE}%{GREEDYDATA:nagios_message}",
    ]
    lines.append("NAGIOS_TYPE_EXTERNAL_COMMAND EXTERNAL COMMAND")
    lines.append("NAGIOS_EC_SCHEDULE_SERVICE_DOWNTIME SCHEDULE_SERVICE_DOWNTIME")
    whole = ["NAGIOS_WARNING"]
    for name, values in _LINES.items():
        lines.append(f"NAGIOS_TYPE_{name} {name.replace('_', ' ')}")
        lines.append(f"NAGIOS_{name} %{{NAGIOS_TYPE_{name}:nagios_type}}: {_values(values)}")
        whole.append(f"NAGIOS_{name}")
    for name, values in _COMMANDS.items():
        lines.append(f"NAGIOS_EC_{name} {name}")
        kind = f"%{{NAGIOS_TYPE_EXTERNAL_COMMAND:nagios_type}}: %{{NAGIOS_EC_{name}:nagios_command}}"
        lines.append(f"NAGIOS_EC_LINE_{name} {kind};{_values(values)}")
        whole.append(f"NAGIOS_EC_LINE_{name}")
    lines.append("NAGIOSLOGLINE %{NAGIOSTIME} (?:" + "|".join(f"%{{{name}}}" for name in whole) + ")")
    return "\n".join(lines) + "\n"


LEGACY = _definitions()
ECS = renamed(LEGACY, _NAMES)

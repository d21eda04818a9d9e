"""What the process is to the system: its name, its user, its terminal."""

import ctypes
import grp
import os
import pwd
import sys
from pathlib import Path

from kelp.common.errors import KelpError

_PR_SET_NAME = 15


def set_name(name: str) -> None:
    """Show `name` in process lists; the system keeps 15 bytes of it."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode("utf-8", "replace")[:15], 0, 0, 0)


def become(user: str | None, group: str | None) -> None:
    """Go on as another user and group. Raises KelpError."""
    try:
        if group is not None:
            os.setgid(int(group) if group.isdigit() else grp.getgrnam(group).gr_gid)
        if user is not None:
            entry = pwd.getpwuid(int(user)) if user.isdigit() else pwd.getpwnam(user)
            os.initgroups(entry.pw_name, os.getgid() if group is not None else entry.pw_gid)
            if group is None:
                os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
    except (KeyError, OSError) as error:
        who = user if user is not None else group
        raise KelpError(f"cannot become {who!r}: {error}") from error


def daemonize(pid_file: Path) -> None:
    """Go on in the background, away from the terminal; `pid_file` gets the number of the process. Raises OSError."""
    pid_file = pid_file.absolute()
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)
    pid_file.write_text(f"{os.getpid()}\n")

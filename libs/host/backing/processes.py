"""The processes of this machine, read from /proc.

A process id in a file proves nothing: ids are reused. A server is recognised by its command line, which names this data
folder. The command line, not the working directory or the program file, because root in a container may read only the command line of
another account's processes (ptrace(2), PTRACE_MODE_READ).
"""

import os
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc")


def command_line_of(pid: int) -> tuple[str, ...]:
    """Return a process's command line; empty when there is no such process, or it has ended and waits to be reaped."""
    try:
        text = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(part.decode(errors="surrogateescape") for part in text.rstrip(b"\0").split(b"\0")) if text else ()


def is_running(pid: int) -> bool:
    """Whether a process exists and has not ended. Its command line cannot tell: it is empty for a moment during an exec."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return False
    # The state follows the program's name, which may itself hold spaces and parentheses (proc(5)).
    return stat.rpartition(") ")[2][:1] not in ("Z", "X")


def program_replaced(pid: int) -> bool:
    """Whether the program file of a process was replaced since it started (an upgrade); False where that cannot be read."""
    try:
        return (PROC / str(pid) / "exe").readlink().name.endswith(" (deleted)")
    except OSError:
        return False


def find_processes(matches: Callable[[tuple[str, ...]], bool]) -> list[int]:
    """Return the ids of the machine's other processes whose command line matches."""
    pids = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in pids if pid != os.getpid() and matches(command_line_of(pid))]

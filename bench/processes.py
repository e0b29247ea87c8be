"""Finds the processes of a co-op, and reads what they use: CPU seconds and memory, from `/proc`.

CPU seconds are user and system time, with those of every child that has ended and was waited for. `adopt_orphans` makes this process the
parent of what its descendants leave behind, so that `cpu_of_descendants` misses nothing that was started below it.
"""

import contextlib
import ctypes
import os
import resource
import subprocess
from collections.abc import Sequence
from pathlib import Path

PART_PATTERNS = {"Kith": " up ", "PostgreSQL": "postgres -D ", "NATS": "nats-server "}
"""What the command line of the first process of each part contains, beside the data folder."""
_TICKS = os.sysconf("SC_CLK_TCK")
_SET_CHILD_SUBREAPER = 36


def with_descendants(pids: Sequence[int]) -> set[int]:
    """Adds all descendants: sessions and helpers of a server are children of its first process."""
    parents = {int(process.name): _parent(process) for process in Path("/proc").iterdir() if process.name.isdigit()}
    descendants = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in descendants} - descendants:
        descendants |= more
    return descendants


def find_parts(folder: Path) -> dict[str, list[int]]:
    """The first process of each part of the co-op in this data folder."""
    parts: dict[str, list[int]] = {part: [] for part in PART_PATTERNS}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            command_line = _command_line(process)
            for part, pattern in PART_PATTERNS.items():
                if pattern in command_line and str(folder) in command_line:
                    parts[part].append(int(process.name))
    if not parts["Kith"]:
        # The demonstration's co-ops are forked and have no command line of their own; but each has started its NATS.
        parts["Kith"] = [parent for pid in parts["NATS"] if (parent := _parent(Path(f"/proc/{pid}"))) not in (1, os.getpid())]
    return parts


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU seconds used so far by these processes and their descendants."""
    return sum(_cpu_ticks(Path(f"/proc/{pid}")) for pid in with_descendants(pids)) / _TICKS


def cpu_by_part(parts: dict[str, list[int]]) -> dict[str, float]:
    """CPU seconds of each part. Kith may be the parent of its servers: each part is counted without the others."""
    servers = {part: cpu_seconds(pids) for part, pids in parts.items() if part != "Kith"}
    whole = cpu_seconds([pid for pids in parts.values() for pid in pids])
    return {"Kith": whole - sum(servers.values()), **servers}


def megabytes(pid: int, kind: str) -> float:
    """Megabytes (10^6 bytes) of a process; 0 for one that has just ended. `kind` is Pss or Rss."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{kind}:"))


def adopt_orphans() -> None:
    """From now on a descendant whose parent ends becomes a child of this process (Linux)."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def reap_orphans() -> None:
    """Waits for every child of this process. Only to be called when all of them are about to end."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def cpu_of_descendants() -> float:
    """CPU seconds of everything that was ever started below this process, ended or not."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = [int(process.name) for process in Path("/proc").iterdir() if process.name.isdigit() and _parent(process) == os.getpid()]
    return ended.ru_utime + ended.ru_stime + cpu_seconds(children)


def cpu_of_command(command: Sequence[str | Path], directory: Path) -> float:
    """CPU seconds of a command from its start to its end. Raises CalledProcessError when it fails."""
    before = cpu_of_descendants()
    subprocess.run(command, cwd=directory, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    reap_orphans()
    return cpu_of_descendants() - before


def _parent(process: Path) -> int:
    fields = _stat(process)
    return int(fields[1]) if fields else 0


def _cpu_ticks(process: Path) -> int:
    return sum(map(int, _stat(process)[11:15]))


def _stat(process: Path) -> list[str]:
    """The fields of `/proc/PID/stat` from the third (state) on; empty for a process that has just ended."""
    try:
        return (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""

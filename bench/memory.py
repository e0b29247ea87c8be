"""What a whole idle co-op keeps in memory: Kith, PostgreSQL and NATS together.

Run with `python -m bench.memory`. PostgreSQL's processes share most of their memory, so theirs is PSS (`/proc/<pid>/smaps_rollup`: of
what processes share, each has its part). Kith and NATS are one process each and are counted whole (RSS), as if nothing else on the machine
used the same libraries. The co-op is a `kith up` of its own with 300 members, looked at when it has been idle for a while; then it is
started anew on the same folder and looked at again.
"""

import asyncio
from pathlib import Path

from bench.tables import grid, quick, show, verdict
from scripts.cli.door import door
from tests.support.kith_up import KithUp, Victim, a_co_op, a_place
from tests.support.voters import admitted

AIM_MB = 300.0
MEMBERS = 50 if quick() else 300
IDLE_SECONDS = 1 if quick() else 20
PARTS = {"Kith": "Rss", "PostgreSQL": "Pss", "NATS": "Rss"}


def megabytes(pid: int, kind: str) -> float:
    """Of 10^6 bytes; 0 for a process that has just ended. `kind` is Pss or Rss."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{kind}:"))


def with_children(pids: list[int]) -> set[int]:
    """Sessions and helpers of a server are children of its first process."""
    parents = {int(one.name): _parent(one) for one in Path("/proc").iterdir() if one.name.isdigit()}
    found = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def looked_at(co_op: KithUp) -> dict[str, tuple[int, float]]:
    """Processes and megabytes of each part. The servers are in sessions of their own, but may still be children of Kith."""
    servers = {"PostgreSQL": with_children(co_op.pids(Victim.POSTGRES)), "NATS": with_children(co_op.pids(Victim.NATS))}
    kith = with_children(co_op.pids(Victim.KITH)) - set().union(*servers.values())
    parts = {"Kith": kith, **servers}
    if not all(parts.values()):
        message = f"a part is not running: {parts}"
        raise RuntimeError(message)
    return {name: (len(pids), sum(megabytes(pid, PARTS[name]) for pid in pids)) for name, pids in parts.items()}


async def main() -> int:
    found: dict[str, dict[str, tuple[int, float]]] = {}
    async with a_place() as place, a_co_op(place) as co_op:
        await co_op.start()
        await co_op.ready()
        await asyncio.sleep(IDLE_SECONDS)
        found["just founded"] = looked_at(co_op)
        async with door(co_op.folder) as open_door:
            await admitted(open_door, MEMBERS)
        await asyncio.sleep(IDLE_SECONDS)
        found[f"{MEMBERS} members admitted"] = looked_at(co_op)
        await co_op.end()
        await co_op.start()
        await co_op.ready()
        await asyncio.sleep(IDLE_SECONDS)
        found["started anew"] = looked_at(co_op)
        await co_op.end()
    rows, missed = [], False
    for when, parts in found.items():
        total = sum(size for _, size in parts.values())
        missed |= total > AIM_MB
        sizes = [f"{parts[name][1]:.0f} ({parts[name][0]})" for name in PARTS]
        rows.append([when, *sizes, f"{total:.0f}", f"{AIM_MB:.0f}", verdict(total, AIM_MB)])
    about = f"MB (processes), {IDLE_SECONDS} s after the last call."
    show("memory", "Memory of an idle co-op", about, grid(["co-op", *PARTS, "together", "aim at most", ""], rows))
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

"""Measures the memory of a whole idle co-op: Kith, PostgreSQL and NATS together.

Run with `python -m bench.memory`. PostgreSQL's processes share most of their memory, so they are counted by PSS
(`/proc/<pid>/smaps_rollup`: shared memory divided by the processes that share it). Kith and NATS are one process each and are counted whole
(RSS), as if nothing else on the machine used the same libraries. The co-op is a `kith up` of its own with 300 members, measured after it
has been idle for a while; then it is restarted on the same folder and measured again.
"""

import asyncio

from bench.processes import megabytes, with_descendants
from bench.report import is_quick_run, markdown_table, save_report, verdict
from scripts.cli.connection import connect
from tests.support.kith_up_process import KillTarget, KithUpProcess, kith_up_in, service_readable_folder
from tests.support.motion_voters import admit_new_members

AIM_MB = 300.0
MEMBERS = 50 if is_quick_run() else 300
IDLE_SECONDS = 1 if is_quick_run() else 20
MEMORY_KINDS = {"Kith": "Rss", "PostgreSQL": "Pss", "NATS": "Rss"}


def measure_memory(co_op: KithUpProcess) -> dict[str, tuple[int, float]]:
    """Processes and megabytes of each part. The servers run in sessions of their own, but may still be children of Kith."""
    servers = {"PostgreSQL": with_descendants(co_op.pids(KillTarget.POSTGRES)), "NATS": with_descendants(co_op.pids(KillTarget.NATS))}
    kith = with_descendants(co_op.pids(KillTarget.KITH)) - set().union(*servers.values())
    parts = {"Kith": kith, **servers}
    if not all(parts.values()):
        message = f"a part is not running: {parts}"
        raise RuntimeError(message)
    return {name: (len(pids), sum(megabytes(pid, MEMORY_KINDS[name]) for pid in pids)) for name, pids in parts.items()}


async def main() -> int:
    measurements: dict[str, dict[str, tuple[int, float]]] = {}
    async with service_readable_folder() as place, kith_up_in(place) as co_op:
        await co_op.start()
        await co_op.wait_until_ready()
        await asyncio.sleep(IDLE_SECONDS)
        measurements["just founded"] = measure_memory(co_op)
        async with connect(co_op.folder) as connection:
            await admit_new_members(connection, MEMBERS)
        await asyncio.sleep(IDLE_SECONDS)
        measurements[f"{MEMBERS} members admitted"] = measure_memory(co_op)
        await co_op.stop()
        await co_op.start()
        await co_op.wait_until_ready()
        await asyncio.sleep(IDLE_SECONDS)
        measurements["started anew"] = measure_memory(co_op)
        await co_op.stop()
    rows, missed = [], False
    for when, parts in measurements.items():
        total = sum(size for _, size in parts.values())
        missed |= total > AIM_MB
        sizes = [f"{parts[name][1]:.0f} ({parts[name][0]})" for name in MEMORY_KINDS]
        rows.append([when, *sizes, f"{total:.0f}", f"{AIM_MB:.0f}", verdict(total, AIM_MB)])
    about = f"MB (processes), {IDLE_SECONDS} s after the last call."
    save_report("memory", "Memory of an idle co-op", about, markdown_table(["co-op", *MEMORY_KINDS, "together", "aim at most", ""], rows))
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

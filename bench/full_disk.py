"""NATS after a full disk, end to end: its disk fills, there is room again, it still refuses, and Kith starts it anew.

Run with `python -m bench.full_disk` as root, who may mount the small disk; it happens in a mount namespace of its own. NATS alone has the
small disk, so that PostgreSQL goes on and events pile up in the outbox. Takes about a minute, of which 30 s are Kith's patience.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.report import markdown_table, save_report
from scripts.cli.connection import connect
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.kith_up_process import KithUpProcess, kith_up_in, service_readable_folder
from tests.support.motion_voters import admit_new_members
from tests.support.small_disk import fill_disk, small_disk

MEGABYTES = 96
"""More than Kith wants free before it starts NATS again (64 MB)."""
TOLD_SECONDS = 60.0
AGAIN_SECONDS = 30.0
_INSIDE = "KITH_BENCH_OWN_MOUNTS"


async def measure() -> list[tuple[str, float, float]]:
    """What was waited for, how long it took, and the aim, in seconds."""
    async with service_readable_folder() as place, kith_up_in(place) as co_op:
        await co_op.start()
        await co_op.wait_until_ready()
        auditor = ConsistencyAuditor(co_op.folder)
        await co_op.stop()
        store = co_op.folder / "data" / "nats"
        aside = place / "aside"
        _copy(store, aside)
        owner = store.stat()
        with small_disk(store, MEGABYTES):
            os.chown(store, owner.st_uid, owner.st_gid)
            _copy(aside, store)
            await co_op.start()
            await co_op.wait_until_ready()
            took = await _fill_and_recover(co_op, store)
            await auditor.wait_until_at_rest()
            findings = await auditor.findings()
            if findings:
                message = f"the auditor found: {findings}"
                raise RuntimeError(message)
            await co_op.stop()
        return took


async def _fill_and_recover(co_op: KithUpProcess, store: Path) -> list[tuple[str, float, float]]:
    async with connect(co_op.folder) as connection:
        ballast = fill_disk(store)
        await admit_new_members(connection, 5)
        full = await _seconds_until(lambda: _has_reason(co_op, "DISK_FULL", "DISK_NEARLY_FULL"), TOLD_SECONDS)
        refused = await _seconds_until(lambda: _has_reason(co_op, "BUS_REFUSES"), TOLD_SECONDS)
        started_before = _restarts(co_op)
        ballast.unlink()
        again = await _seconds_until(lambda: _restarted(co_op, started_before), AGAIN_SECONDS)
        out = await _seconds_until(lambda: _is_well(co_op), AGAIN_SECONDS)
        await admit_new_members(connection, 2)
    return [
        ("the full disk is told", full, 5.0),
        ("NATS refuses, and that is told", refused, 45.0),
        ("there is room: Kith starts its NATS again", again, 10.0),
        ("stuck events are out, nothing is degraded", out, 20.0),
    ]


async def _seconds_until(condition: Callable[[], Awaitable[bool]], seconds: float) -> float:
    """Raises TimeoutError."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def _has_reason(co_op: KithUpProcess, *reasons: str) -> bool:
    text = (await co_op.get_readyz()).body.decode()
    return any(f'"{reason}"' in text for reason in reasons)


async def _restarted(co_op: KithUpProcess, before: int) -> bool:
    return _restarts(co_op) > before


async def _is_well(co_op: KithUpProcess) -> bool:
    answer = await co_op.get_readyz()
    return answer.status == 200 and '"BUS_' not in answer.body.decode()


def _restarts(co_op: KithUpProcess) -> int:
    return (co_op.folder / "log" / "kith.log").read_text(encoding="utf-8").count('"bus_restart"')


def _copy(source: Path, target: Path) -> None:
    """With owners and rights, as NATS runs under an account of its own."""
    target.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True, timeout=60)


def main() -> int:
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        print("Only root can mount a small disk: not measured.", file=sys.stderr)
        return 1
    if _INSIDE not in os.environ:
        command = [unshare, "--mount", sys.executable, "-m", "bench.full_disk", *sys.argv[1:]]
        return subprocess.run(command, check=False, env=os.environ | {_INSIDE: "1"}).returncode
    took = asyncio.run(measure())
    rows = [(what, f"{seconds:.1f}", f"{aim:.0f}", "yes" if seconds <= aim else "NO") for what, seconds, aim in took]
    save_report("full_disk", "NATS after a full disk", markdown_table(("step", "seconds", "at most", "kept"), rows))
    return 0 if all(seconds <= aim for _, seconds, aim in took) else 1


if __name__ == "__main__":
    sys.exit(main())

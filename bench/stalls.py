"""How late a co-op's event loop turns at worst while it starts and while 300 members vote; every stall over 100 ms is named.

Run with `python -m bench.stalls`. It lets the demonstration's first co-op decide a question of its own. The co-op runs in a process by
itself, under a watch (`watch.py`). All services of a co-op share one loop: what holds it holds everybody.
"""

import asyncio
import contextlib
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from bench.tables import grid, show, verdict
from bench.watch import STALL_SECONDS, Report, Watch
from scripts.cli.demo.clock import Clocks
from scripts.cli.demo.co_op import CoOp
from scripts.cli.demo.example import votes_of
from scripts.cli.demo.folder import EXAMPLE, Place, make
from scripts.cli.demo.question import count_all, open_all, put_to, vote_all
from scripts.cli.demo.steps import Steps
from scripts.cli.door import door
from scripts.cli.founding import found
from services.instance import Instance
from tests.support.demonstration import an_address
from tests.support.kith_up import a_place

PHASES = ("first start", "the demonstration's vote", "stopping")
_SECONDS = 90.0


async def watched(folder: Path, report: Path) -> None:
    """The co-op's own process: `kith up` in what it does, with a watch in its loop."""
    watch, instance, phases = Watch(), Instance(folder), []
    instance.folder.create()

    async def ready() -> None:
        await found(instance)
        phases.append(watch.phase())
        report.touch()
        # The host listens for the signal to stop; what happened until then was the vote.
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: phases.append(watch.phase()))

    beating = asyncio.create_task(watch.beat())
    await instance.run(ready, print)
    phases.append(watch.phase())
    beating.cancel()
    report.write_text(json.dumps([asdict(one) for one in phases]), encoding="utf-8")


async def decides(folder: Path) -> bool:
    """What the demonstration's first co-op does by itself: 300 members, one question, 240 ballots, a count. Whether it came out right."""
    async with door(folder) as open_door:
        co_op, clocks = CoOp(open_door, EXAMPLE, Steps()), Clocks([open_door.instance.clock_file])
        await co_op.admit()
        questions = [await put_to(co_op, EXAMPLE / "motion.toml", votes_of(EXAMPLE))]
        await open_all(questions, clocks)
        await vote_all(questions)
        await count_all(questions, clocks)
        return not co_op.steps.wrong


async def measure(place: Path) -> list[Report]:
    folder, report = place / "demo", place / "report"
    make(folder, EXAMPLE, Place(an_address(), ""))
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.stalls", "--watched", str(folder), str(report))
    try:
        async with asyncio.timeout(_SECONDS):
            while not report.exists():
                await asyncio.sleep(0.05)
            if not await decides(folder):
                message = "the demonstration did not come out as it should"
                raise RuntimeError(message)
    finally:
        process.send_signal(signal.SIGUSR1)
        await asyncio.sleep(0.1)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
    return [Report(**one) for one in json.loads(report.read_text(encoding="utf-8"))]


async def main() -> int:
    async with a_place() as place:
        reports = await measure(place)
    rows, named = [], []
    for phase, report in zip(PHASES, reports, strict=True):
        judged = verdict(report.worst, STALL_SECONDS) if phase == PHASES[1] else ""
        rows.append([phase, f"{report.worst * 1000:.0f}", str(report.late), str(report.stalls), f"{report.collecting * 1000:.0f}", judged])
        named += [f"- {phase}, seen {times} times: `{where}`" for where, times in report.caught.items()]
    about = f"How late the loop turned. Aim: never more than {STALL_SECONDS * 1000:.0f} ms once the co-op is up."
    table = grid(["phase", "worst ms", "over 20 ms", "over 100 ms", "longest collection ms", ""], rows)
    show("stalls", "Stalls of the event loop", about, table, "\n".join(named) or "Nobody held the loop for longer than 100 ms.")
    return int(reports[1].worst > STALL_SECONDS)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(watched(*map(Path, sys.argv[2:])) if sys.argv[1:2] == ["--watched"] else main()))

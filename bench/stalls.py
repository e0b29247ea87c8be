"""Measures how late a co-op's event loop runs at worst while it starts and while 300 members vote; every stall over 100 ms is located.

Run with `python -m bench.stalls`. The demonstration's first co-op decides a question of its own, in a process by itself that runs an
`EventLoopMonitor`. All services of a co-op share one loop: whatever blocks it blocks all of them.
"""

import asyncio
import contextlib
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from bench.event_loop_monitor import STALL_SECONDS, EventLoopMonitor, PhaseReport
from bench.report import markdown_table, save_report, verdict
from scripts.cli.bootstrap import bootstrap
from scripts.cli.connection import connect
from scripts.cli.demo.clocks import DemoClocks
from scripts.cli.demo.co_op import DemoCoOp
from scripts.cli.demo.expected_results import read_votes
from scripts.cli.demo.folders import EXAMPLE, CoOpAddresses, make_demo_folder
from scripts.cli.demo.motions import await_results, cast_all_votes, open_voting, put_demo_motion
from scripts.cli.demo.step_log import StepLog
from services.instance import Instance
from tests.support.demo_process import free_address
from tests.support.kith_up_process import service_readable_folder

PHASES = ("first start", "the demonstration's vote", "stopping")
_TIMEOUT_SECONDS = 90.0


async def run_monitored_co_op(folder: Path, report: Path) -> None:
    """The co-op's own process: does what `kith up` does, with a monitor in its event loop."""
    monitor, instance, reports = EventLoopMonitor(), Instance(folder), []
    instance.folder.create()

    async def ready() -> None:
        await bootstrap(instance)
        reports.append(monitor.take_report())
        report.touch()
        # The host installs its handler for the stop signal; what happened until this one is the vote.
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: reports.append(monitor.take_report()))

    monitoring = asyncio.create_task(monitor.run())
    await instance.run(ready, print)
    reports.append(monitor.take_report())
    monitoring.cancel()
    report.write_text(json.dumps([asdict(phase) for phase in reports]), encoding="utf-8")


async def run_demo_question(folder: Path) -> bool:
    """Lets the demonstration's first co-op decide: 300 members, one question, 240 ballots, a count. True if the result is right."""
    async with connect(folder) as connection:
        co_op, clocks = DemoCoOp(connection, EXAMPLE, StepLog()), DemoClocks([connection.instance.clock_file])
        await co_op.admit_members()
        questions = [await put_demo_motion(co_op, EXAMPLE / "motion.toml", read_votes(EXAMPLE))]
        await open_voting(questions, clocks)
        await cast_all_votes(questions)
        await await_results(questions, clocks)
        return not co_op.steps.problems


async def measure(folder: Path) -> list[PhaseReport]:
    co_op_folder, report = folder / "demo", folder / "report"
    make_demo_folder(co_op_folder, EXAMPLE, CoOpAddresses(free_address(), ""))
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.stalls", "--watched", str(co_op_folder), str(report))
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            while not report.exists():
                await asyncio.sleep(0.05)
            if not await run_demo_question(co_op_folder):
                message = "the demonstration did not come out as it should"
                raise RuntimeError(message)
    finally:
        process.send_signal(signal.SIGUSR1)
        await asyncio.sleep(0.1)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
    return [PhaseReport(**phase) for phase in json.loads(report.read_text(encoding="utf-8"))]


async def main() -> int:
    async with service_readable_folder() as folder:
        reports = await measure(folder)
    rows, stalls = [], []
    for phase, report in zip(PHASES, reports, strict=True):
        verdict_column = verdict(report.worst_lag, STALL_SECONDS) if phase == PHASES[1] else ""
        rows.append(
            [
                phase,
                f"{report.worst_lag * 1000:.0f}",
                str(report.late_turns),
                str(report.stalls),
                f"{report.longest_collection * 1000:.0f}",
                verdict_column,
            ]
        )
        stalls += [f"- {phase}, seen {times} times: `{location}`" for location, times in report.stall_locations.items()]
    about = f"How late the loop turned. Aim: never more than {STALL_SECONDS * 1000:.0f} ms once the co-op is up."
    table = markdown_table(["phase", "worst ms", "over 20 ms", "over 100 ms", "longest collection ms", ""], rows)
    save_report("stalls", "Stalls of the event loop", about, table, "\n".join(stalls) or "Nobody held the loop for longer than 100 ms.")
    return int(reports[1].worst_lag > STALL_SECONDS)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(run_monitored_co_op(*map(Path, sys.argv[2:])) if sys.argv[1:2] == ["--watched"] else main()))

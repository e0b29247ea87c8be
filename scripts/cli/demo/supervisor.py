"""Starts the demonstration's co-ops, runs the scenario on them, and stops them in order."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.demo.clocks import CLOCK_FILE, DemoClocks
from scripts.cli.demo.co_op_process import CoOpProcess, start_server_process
from scripts.cli.demo.folders import choose_addresses, make_demo_folders
from scripts.cli.demo.step_log import StepLog

if TYPE_CHECKING:
    from scripts.cli.demo.scenario import DemoResult


async def run_demo(folder: Path, address: str, *, exit_after: bool, timings: bool) -> int:
    """Runs the demonstration and returns the exit code of `kith demo`."""
    steps = StepLog()
    start_server_process()
    addresses = choose_addresses(address)
    await asyncio.to_thread(make_demo_folders, folder, addresses)
    steps.done(f"Data folders for {len(addresses)} co-ops were made, each with its own rulebook and its own keys.")
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    processes = [CoOpProcess(folder / co_op) for co_op in addresses]
    DemoClocks([process.folder / CLOCK_FILE for process in processes]).set_back()
    demo_result = None
    for process in processes:
        await process.launch()
    try:
        scenario_task = asyncio.create_task(_run_when_up(folder, processes, steps, staying=not exit_after))
        if not await _finished_before_stop(scenario_task, stop, processes):
            scenario_task.cancel()
            await asyncio.gather(scenario_task, return_exceptions=True)
            return ExitCode.INTERRUPTED
        demo_result = await scenario_task
        if not exit_after:
            _print_result(demo_result, steps, timings=timings)
            await _wait_until_stopped(processes, stop)
    except Exception:
        print_note("\nThe demonstration did not come to its end.")
        raise
    finally:
        await asyncio.gather(*(process.stop() for process in processes))
    if exit_after:
        steps.done("They have stopped.")
        _print_result(demo_result, steps, timings=timings)
    return ExitCode.FAILED if steps.problems else ExitCode.OK


async def _run_when_up(folder: Path, processes: Sequence[CoOpProcess], steps: StepLog, *, staying: bool) -> "DemoResult":
    # Imported while the co-ops start, because it takes as long as starting a server.
    from scripts.cli.demo.scenario import run_scenario

    await asyncio.gather(*(process.wait_until_up() for process in processes))
    steps.done("They are up: each with PostgreSQL, NATS, its services and its pages, and its rulebook adopted.")
    return await run_scenario(folder, processes, steps, staying=staying)


def _print_result(demo_result: "DemoResult", steps: StepLog, *, timings: bool) -> None:
    """Prints the last lines; nothing follows them on standard output."""
    if timings:
        print_note(steps.table)
    if steps.problems:
        print_note("Not all of it was as it should be:\n  " + "\n  ".join(steps.problems))
    print_result(demo_result.lines)


async def _finished_before_stop(scenario_task: "asyncio.Task[DemoResult]", stop: asyncio.Event, processes: Sequence[CoOpProcess]) -> bool:
    """Whether the scenario finished; False if the user stopped it. Raises CommandError if a co-op exits."""
    stopped = asyncio.create_task(stop.wait())
    exits = [asyncio.create_task(process.wait_until_exited()) for process in processes]
    failed: list[CoOpProcess] = []
    try:
        await asyncio.wait((scenario_task, stopped, *exits), return_when=asyncio.FIRST_COMPLETED)
        failed = [process for process, exit_task in zip(processes, exits, strict=True) if exit_task.done()]
        if failed and not scenario_task.done() and not stop.is_set():
            scenario_task.cancel()
            raise CommandError(f"{failed[0].folder.name} stopped by itself.", "See above.", "Run kith demo again.", ExitCode.UNAVAILABLE)
        if scenario_task.done() and scenario_task.exception() is not None:
            failed = failed or list(processes)
        return scenario_task.done()
    finally:
        for process in failed:
            print_note(f"\nThe last words of {process.folder.name}:\n{process.recent_output}")
        for task in (stopped, *exits):
            task.cancel()


async def _wait_until_stopped(processes: Sequence[CoOpProcess], stop: asyncio.Event) -> None:
    """Waits for the stop signal, or until all co-ops have been stopped one by one."""
    tasks = [asyncio.create_task(stop.wait()), asyncio.create_task(_wait_until_all_exited(processes))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _wait_until_all_exited(processes: Sequence[CoOpProcess]) -> None:
    await asyncio.gather(*(process.wait_until_exited() for process in processes))

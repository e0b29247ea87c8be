"""`kith demo`: three co-ops stand up and decide together, for real, before your eyes; then their pages stay up to click through.

Nothing is pretended: each co-op is a process of its own with its own folder, the members come from lists through `kith member import`'s own
way, and every ballot is cast by a member who signed in with a card, over the same calls the pages make. Only the clocks are moved, and
every page says so.
"""

import asyncio
import contextlib
import io
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.demo.child import Child
from scripts.cli.demo.folder import make_all, places_for
from scripts.cli.demo.steps import Steps

if TYPE_CHECKING:
    from scripts.cli.demo.story import Ending


def demo_command(
    *,
    folder: Annotated[Path, typer.Option(help="For the co-ops' data folders. An earlier demonstration there is replaced.")] = Path(
        "demo-data"
    ),
    address: Annotated[
        str, typer.Option(help="Where the first one's pages are; all need nine ports from there on. Default: 127.0.0.1:8400, or after.")
    ] = "",
    exit_after: Annotated[
        bool, typer.Option("--exit", help="Stop at the end; the exit code tells whether all was as it should be.")
    ] = False,
    timings: Annotated[bool, typer.Option("--timings", help="Print how long each step took.")] = False,
) -> int:
    """Stand up three co-ops and let them decide something together, then leave their pages up."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Whoever pipes it on wants to see it while it happens, and the words in their order.
        sys.stdout.reconfigure(line_buffering=True)
    return asyncio.run(_demo(folder, address, exit_after=exit_after, timings=timings))


async def _demo(folder: Path, address: str, *, exit_after: bool, timings: bool) -> int:
    steps = Steps()
    places = places_for(address)
    await asyncio.to_thread(make_all, folder, places)
    steps.done(f"Data folders for {len(places)} co-ops were made, each with its own rulebook and its own keys.")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    children = [await Child.begin(folder / co_op) for co_op in places]
    ending = None
    try:
        playing = asyncio.create_task(_play(folder, children, steps, staying=not exit_after))
        if not await _first(playing, stop, children):
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            return ExitCode.INTERRUPTED
        ending = await playing
        if not exit_after:
            _tell(ending, steps, timings=timings)
            await _stay(children, stop)
    except Exception:
        say("\nThe demonstration did not come to its end.")
        raise
    finally:
        await asyncio.gather(*(one.stop() for one in children))
    if exit_after:
        steps.done("They have stopped.")
        _tell(ending, steps, timings=timings)
    return ExitCode.FAILED if steps.wrong else ExitCode.OK


async def _play(folder: Path, children: Sequence[Child], steps: Steps, *, staying: bool) -> "Ending":
    # Loaded while the co-ops start: it takes as long as starting a server.
    from scripts.cli.demo.story import tell

    await asyncio.gather(*(one.up() for one in children))
    steps.done("They are up: each with PostgreSQL, NATS, its services and its pages, and its rulebook adopted.")
    return await tell(folder, children, steps, staying=staying)


def _tell(ending: "Ending", steps: Steps, *, timings: bool) -> None:
    """The last lines, after which nothing is printed on standard output."""
    if timings:
        say(steps.table)
    if steps.wrong:
        say("Not all of it was as it should be:\n  " + "\n  ".join(steps.wrong))
    result(ending.lines)


async def _first(playing: "asyncio.Task[Ending]", stop: asyncio.Event, children: Sequence[Child]) -> bool:
    """Whether the story was told; False when somebody stopped it. Raises CommandError when a co-op went away."""
    stopped = asyncio.create_task(stop.wait())
    gone = [asyncio.create_task(one.gone()) for one in children]
    failed: list[Child] = []
    try:
        await asyncio.wait((playing, stopped, *gone), return_when=asyncio.FIRST_COMPLETED)
        failed = [one for one, ended in zip(children, gone, strict=True) if ended.done()]
        if failed and not playing.done() and not stop.is_set():
            playing.cancel()
            raise CommandError(f"{failed[0].folder.name} stopped by itself.", "See above.", "Run kith demo again.", ExitCode.UNAVAILABLE)
        if playing.done() and playing.exception() is not None:
            failed = failed or list(children)
        return playing.done()
    finally:
        for one in failed:
            say(f"\nThe last words of {one.folder.name}:\n{one.last_words}")
        for task in (stopped, *gone):
            task.cancel()


async def _stay(children: Sequence[Child], stop: asyncio.Event) -> None:
    """Until it is told to stop, or all co-ops were stopped one by one."""
    waits = [asyncio.create_task(stop.wait()), asyncio.create_task(_all_gone(children))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one


async def _all_gone(children: Sequence[Child]) -> None:
    await asyncio.gather(*(one.gone() for one in children))

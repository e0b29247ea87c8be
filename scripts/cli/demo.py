"""`kith demo`: a co-op stands up and decides, for real, before your eyes; then its pages stay up to click through.

Nothing is pretended: the members come from a list through `kith member import`'s own way, and every ballot is cast by a member who signed
in with a card, over the same calls the pages make. Only the clock is moved, and every page says so.
"""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.demo_child import Child
from scripts.cli.demo_folder import EXAMPLE, address_for, make
from scripts.cli.demo_steps import Steps


def demo_command(
    *,
    folder: Annotated[Path, typer.Option(help="The demonstration's data folder. One from an earlier demonstration is replaced.")] = Path(
        "demo-data"
    ),
    address: Annotated[str, typer.Option(help="Where the pages are served. Default: 127.0.0.1:8400, or the next that is free.")] = "",
    exit_after: Annotated[
        bool, typer.Option("--exit", help="Stop at the end; the exit code tells whether all was as it should be.")
    ] = False,
    timings: Annotated[bool, typer.Option("--timings", help="Print how long each step took.")] = False,
) -> int:
    """Stand up a co-op with 300 members and let it decide something, then leave its pages up."""
    return asyncio.run(_demo(folder, address, exit_after=exit_after, timings=timings))


async def _demo(folder: Path, address: str, *, exit_after: bool, timings: bool) -> int:
    steps = Steps()
    make(folder, EXAMPLE, address_for(address))
    steps.done("A data folder for Elm Row Care was made, with its rulebook and its keys.")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    child = await Child.begin(folder)
    code = ExitCode.FAILED
    try:
        playing = asyncio.create_task(_play(folder, child, steps, staying=not exit_after))
        if not await _first(playing, stop, child):
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            return ExitCode.INTERRUPTED
        code = ExitCode.OK if await playing else ExitCode.FAILED
        if not exit_after:
            await _stay(child, stop)
    except Exception:
        say("\nThe demonstration did not come to its end. The last words of kith up:")
        say(child.last_words)
        raise
    finally:
        await child.stop()
    steps.done("It has stopped.")
    if timings:
        result(steps.table)
    if exit_after:
        say("All of it was as it should be." if code is ExitCode.OK else "Not all of it was as it should be.")
    return code


async def _play(folder: Path, child: Child, steps: Steps, *, staying: bool) -> bool:
    # Loaded while the co-op starts: it takes as long as starting a server.
    from scripts.cli.demo_story import tell

    await child.up()
    steps.done("It is up: PostgreSQL, NATS, its services and its pages. Its rulebook is adopted.")
    return await tell(folder, EXAMPLE, steps, staying=staying)


async def _first(playing: "asyncio.Task[bool]", stop: asyncio.Event, child: Child) -> bool:
    """Whether the story was told; False when somebody stopped it. Raises CommandError when the co-op went away."""
    stopped, gone = asyncio.create_task(stop.wait()), asyncio.create_task(child.gone())
    try:
        await asyncio.wait((playing, stopped, gone), return_when=asyncio.FIRST_COMPLETED)
        if gone.done() and not playing.done() and not stop.is_set():
            playing.cancel()
            raise CommandError("The co-op stopped by itself.", "See above.", "Run kith demo again.", ExitCode.UNAVAILABLE)
        return playing.done()
    finally:
        for one in (stopped, gone):
            one.cancel()


async def _stay(child: Child, stop: asyncio.Event) -> None:
    stopped, gone = asyncio.create_task(stop.wait()), asyncio.create_task(child.gone())
    try:
        await asyncio.wait((stopped, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in (stopped, gone):
            one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await one

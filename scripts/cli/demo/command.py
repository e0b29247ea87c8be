"""`kith demo`: starts three co-ops that decide something together, then leaves their pages up to click through.

Everything is real: each co-op is a process with its own folder, members are imported from lists by the code of `kith member import`, and
every ballot is cast by a member who signed in with a card, over the same RPCs as the pages use. Only the clocks are shifted, and every page
says so.
"""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import run
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli.demo import supervisor


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
        # Piped output must appear as it happens, and in order with standard error.
        sys.stdout.reconfigure(line_buffering=True)
    return run(supervisor.run_demo(folder, address, exit_after=exit_after, timings=timings))

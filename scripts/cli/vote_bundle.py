"""The bundle of a finished vote, fetched piece by piece from federation: everything somebody needs to check the result offline."""

from collections.abc import Callable
from pathlib import Path

from kith.federation.v1 import federation_pb2 as federation
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door

_SECONDS = 60.0


async def fetch(door: Door, vote: str, out: Path, told: Callable[[int, int], None]) -> bytes:
    """Writes the file, whole or not at all; the pins, as this co-op knows the others by. Raises CommandError."""
    fresh, done, total, pins = out.with_name(f".{out.name}-writing"), 0, 1, b""
    try:
        with fresh.open("wb") as file:
            while done < total:
                asked = federation.GetBundleRequest(vote_id=vote, offset=done)
                answer = await ask(door.evidence.GetBundle, asked, door.secretary(), _SECONDS)
                if not answer.piece:
                    raise CommandError("No bundle was written.", "It came to an end too early.", "Try again.", ExitCode.UNAVAILABLE)
                file.write(answer.piece)
                done, total, pins = done + len(answer.piece), answer.total, answer.pins
                told(done, total)
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)
    return pins

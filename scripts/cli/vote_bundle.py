"""Downloads the bundle of a finished vote in chunks from federation: everything needed to check the result offline."""

from collections.abc import Callable
from pathlib import Path

from kith.federation.v1 import federation_pb2 as federation
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode

_TIMEOUT_SECONDS = 60.0


async def download_bundle(co_op: Connection, vote: str, out: Path, on_progress: Callable[[int, int], None]) -> bytes:
    """Writes the file atomically and returns the pins: root fingerprints as this co-op knows them. Raises CommandError."""
    temporary, done, total, pins = out.with_name(f".{out.name}-writing"), 0, 1, b""
    try:
        with temporary.open("wb") as file:
            while done < total:
                request = federation.GetBundleRequest(vote_id=vote, offset=done)
                response = await co_op.as_secretary(co_op.evidence.GetBundle, request, seconds=_TIMEOUT_SECONDS)
                if not response.piece:
                    raise CommandError("No bundle was written.", "It came to an end too early.", "Try again.", ExitCode.UNAVAILABLE)
                file.write(response.piece)
                done, total, pins = done + len(response.piece), response.total, response.pins
                on_progress(done, total)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return pins

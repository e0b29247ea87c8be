"""A disk with no room left, under the whole data folder: PostgreSQL's log of changes, NATS's store and Kith's own log stand on it."""

import asyncio
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.cli.door import door
from tests.support.auditor import Auditor
from tests.support.http import get
from tests.support.kith_up import KithUp, Victim, a_co_op, a_place
from tests.support.voters import a_poll, admitted

MEMBERS = 12
MEGABYTES = 400
FULL_SECONDS = 45.0
BACK_SECONDS = 45.0


@contextmanager
def a_small_disk(place: Path) -> Iterator[Path]:
    """A real file system on `place`; only root can mount one."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0755", "tmpfs", place], check=True, timeout=10)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True, timeout=10)


def fill(place: Path) -> Path:
    """Takes every block there is."""
    ballast = place / "ballast"
    with ballast.open("wb") as file:
        at = 0
        for size in (1 << 20, 1 << 12):
            while _take(file.fileno(), at, size):
                at += size
    return ballast


def _take(file: int, at: int, size: int) -> bool:
    try:
        os.posix_fallocate(file, at, size)
    except OSError:
        return False
    return True


async def test_on_a_full_disk_kith_refuses_in_words_and_comes_back_by_itself_once_there_is_room() -> None:
    async with a_place() as place:
        with a_small_disk(place):
            async with a_co_op(place) as co_op:
                await co_op.start()
                await co_op.ready()
                auditor, over = Auditor(co_op.folder), asyncio.Event()
                async with door(co_op.folder) as open_door:
                    poll = await a_poll(open_door, MEMBERS)
                    voting = asyncio.create_task(poll.vote_until(open_door, over, random.Random(4), pause=0.05))  # noqa: S311 - a test's choices
                    ballast = fill(place)
                    try:
                        refused = await _until_refused(poll.refused, voting)
                        print(f"\nrefused with {refused} on the full disk")  # noqa: T201 - what was seen
                        assert (await get(co_op.operations, "/livez")).status == 200
                        # Both servers end, and whatever is tried to start them again finds the disk full, and the log too.
                        for victim in (Victim.NATS, Victim.POSTGRES):
                            await co_op.strike(victim, random.Random(4))  # noqa: S311 - there is but one
                        await _unready(co_op)
                        await asyncio.sleep(4)
                        assert (await get(co_op.operations, "/livez")).status == 200, co_op.last_words
                        assert not voting.done()
                    finally:
                        ballast.unlink()
                    began, before = time.monotonic(), poll.acknowledged
                    while poll.acknowledged < before + 50:
                        assert not voting.done(), voting.exception()
                        assert time.monotonic() - began < BACK_SECONDS, (poll.refused, co_op.last_words)
                        await asyncio.sleep(0.05)
                    print(f"ballots are taken again {time.monotonic() - began:.1f} s after there was room")  # noqa: T201 - as above
                    over.set()
                    await voting
                    await admitted(open_door, 3)
                await co_op.ready()
                await auditor.at_rest()
                assert co_op.starts == 1
                assert await auditor.findings_of(poll) == []
                assert await auditor.findings() == []
                code, _ = await co_op.end()
                assert code == 0
                assert co_op.left() == []


async def _unready(co_op: KithUp) -> None:
    until = time.monotonic() + FULL_SECONDS
    while (await co_op.readyz()).status != 503:
        assert time.monotonic() < until, "without its database no service is ready"
        await asyncio.sleep(0.05)


async def _until_refused(refused: dict[str, int], voting: asyncio.Task[None]) -> dict[str, int]:
    until = time.monotonic() + FULL_SECONDS
    while not refused:
        assert not voting.done(), voting.exception()
        assert time.monotonic() < until, "the disk is full and ballots are still taken"
        await asyncio.sleep(0.05)
    return dict(refused)

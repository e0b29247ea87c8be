"""A full disk under the whole data folder, with PostgreSQL's write-ahead log, NATS's store and Kith's own log."""

import asyncio
import random
import time

from scripts.cli.connection import connect
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.http_probe import http_get
from tests.support.kith_up_process import KillTarget, KithUpProcess, kith_up_in, service_readable_folder
from tests.support.motion_voters import admit_new_members, open_poll
from tests.support.small_disk import fill_disk, small_disk
from tests.support.waiting import LIMIT_SECONDS

MEMBERS = 12


async def test_on_a_full_disk_kith_refuses_in_words_and_comes_back_by_itself_once_there_is_room() -> None:
    async with service_readable_folder() as place:
        with small_disk(place):
            async with kith_up_in(place) as co_op:
                await co_op.start()
                await co_op.wait_until_ready()
                auditor, over = ConsistencyAuditor(co_op.folder), asyncio.Event()
                async with connect(co_op.folder) as connection:
                    poll = await open_poll(connection, MEMBERS)
                    voting = asyncio.create_task(poll.vote_until(connection, over, random.Random(4), pause=0.05))  # noqa: S311 - a test's choices
                    ballast = fill_disk(place)
                    try:
                        refused = await _wait_for_refusals(poll.refusals, voting)
                        print(f"\nrefused with {refused} on the full disk")  # noqa: T201 - what was seen
                        assert (await http_get(co_op.operations, "/livez")).status == 200
                        # Both servers end, and whatever is tried to start them again finds the disk full, and the log too.
                        for victim in (KillTarget.NATS, KillTarget.POSTGRES):
                            await co_op.kill(victim, random.Random(4))  # noqa: S311 - there is but one
                        await _wait_until_not_ready(co_op)
                        await asyncio.sleep(4)
                        assert (await http_get(co_op.operations, "/livez")).status == 200, co_op.log_tail
                        assert not voting.done()
                    finally:
                        ballast.unlink()
                    began, before = time.monotonic(), poll.acknowledged
                    while poll.acknowledged < before + 50:
                        assert not voting.done(), voting.exception()
                        assert time.monotonic() - began < LIMIT_SECONDS, (poll.refusals, co_op.log_tail)
                        await asyncio.sleep(0.05)
                    print(f"ballots are taken again {time.monotonic() - began:.1f} s after there was room")  # noqa: T201 - as above
                    over.set()
                    await voting
                    await admit_new_members(connection, 3)
                await co_op.wait_until_ready()
                await auditor.wait_until_at_rest()
                assert co_op.starts == 1
                assert await auditor.ballot_findings(poll) == []
                assert await auditor.findings() == []
                code, _ = await co_op.stop()
                assert code == 0
                assert co_op.remaining_processes() == []


async def _wait_until_not_ready(co_op: KithUpProcess) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while (await co_op.get_readyz()).status != 503:
        assert time.monotonic() < until, "without its database no service is ready"
        await asyncio.sleep(0.05)


async def _wait_for_refusals(refused: dict[str, int], voting: asyncio.Task[None]) -> dict[str, int]:
    until = time.monotonic() + LIMIT_SECONDS
    while not refused:
        assert not voting.done(), voting.exception()
        assert time.monotonic() < until, "the disk is full and ballots are still taken"
        await asyncio.sleep(0.05)
    return dict(refused)

"""NATS is away, frozen, without its store or behind a faulty connection: commands go on, and all events arrive afterwards."""

import asyncio
import random
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from libs.host.health_reasons import PREVENTS_RECORDING
from scripts.cli.connection import Connection, connect
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.disposable_nats import disposable_nats, nats_settings
from tests.support.faulty_proxy import FaultyProxy, cut_connections_at_random, faulty_proxy
from tests.support.kith_up_process import KillTarget, KithUpProcess, running_kith_up
from tests.support.motion_voters import MotionPoll, admit_new_members, open_poll
from tests.support.waiting import LIMIT_SECONDS, wait_until

MEMBERS = 12


@asynccontextmanager
async def voting_under_load(co_op: KithUpProcess) -> AsyncIterator[tuple[Connection, MotionPoll, ConsistencyAuditor]]:
    """Members vote and people join throughout the block; whatever happens in it, everything fits together afterwards."""
    auditor = ConsistencyAuditor(co_op.folder)
    async with connect(co_op.folder) as connection:
        poll, over = await open_poll(connection, MEMBERS), asyncio.Event()
        working = asyncio.gather(
            poll.vote_until(connection, over, random.Random(1), pause=0.2),  # noqa: S311 - a test's choices
            _keep_admitting(connection, over),
        )
        try:
            yield connection, poll, auditor
        finally:
            over.set()
            async with asyncio.timeout(LIMIT_SECONDS):
                await working
        print(f"\nat rest {await auditor.wait_until_at_rest():.1f} s after the last act")  # noqa: T201 - the measured time
        assert poll.refusals == {}, "a command was refused because NATS was away"
        assert await auditor.ballot_findings(poll) == []
        assert await auditor.findings() == []


async def test_while_nats_is_stopped_commands_go_on_and_everything_is_heard_afterwards() -> None:
    async with disposable_nats() as nats, _running_kith_up_with_nats(nats.url) as co_op, voting_under_load(co_op) as (_, poll, auditor):
        await nats.stop(signal.SIGTERM)
        await _wait_for_degraded(co_op, away=True)
        await _wait_for_more_ballots(poll, 50)
        await co_op.wait_until_ready()
        assert await _count_waiting_events(auditor) >= 50
        await nats.start()
        await _wait_for_degraded(co_op, away=False)
        await _wait_for_more_ballots(poll, 20)


async def test_a_frozen_nats_is_detected_and_blocks_nobody() -> None:
    async with running_kith_up() as co_op, voting_under_load(co_op) as (_, poll, _auditor):
        [pid] = co_op.pids(KillTarget.NATS)
        send_signal(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            await _wait_for_degraded(co_op, away=True)
            print(f"\nfrozen NATS found out after {time.monotonic() - began:.1f} s")  # noqa: T201 - the measured time
            await _wait_for_more_ballots(poll, 50)
            await co_op.wait_until_ready()
        finally:
            send_signal(pid, signal.SIGCONT)
        await _wait_for_degraded(co_op, away=False)
        await _wait_for_more_ballots(poll, 20)


@pytest.mark.capability("X3")
async def test_when_the_store_is_lost_while_running_everything_catches_up_the_tail_included() -> None:
    async with (
        disposable_nats() as nats,
        _running_kith_up_with_nats(nats.url) as co_op,
        voting_under_load(co_op) as (connection, poll, _auditor),
    ):
        for _ in range(2):
            # Facts are stated up to the very moment of the loss, while it is away, and after.
            await _wait_for_more_ballots(poll, 40)
            await nats.stop(signal.SIGKILL)
            nats.delete_store()
            await _wait_for_more_ballots(poll, 40)
            await nats.start()
            await _wait_for_degraded(co_op, away=False)
            await _wait_for_more_ballots(poll, 40)
            await admit_new_members(connection, 3)


async def test_a_store_deleted_under_the_server_kith_started_itself_is_made_anew() -> None:
    async with running_kith_up() as co_op, voting_under_load(co_op) as (_, poll, _auditor):
        await _wait_for_more_ballots(poll, 40)
        shutil.rmtree(co_op.data.nats / "jetstream")
        await co_op.kill(KillTarget.NATS, random.Random(2))  # noqa: S311 - there is but one
        await wait_until(lambda: co_op.pids(KillTarget.NATS) != [], "NATS runs again")
        await _wait_for_degraded(co_op, away=False)
        await _wait_for_more_ballots(poll, 40)


async def test_a_half_open_connection_is_dropped_and_replaced() -> None:
    async with _running_kith_up_behind_proxy() as (co_op, line), voting_under_load(co_op) as (_, poll, _auditor):
        await _wait_for_more_ballots(poll, 20)
        before = line.connections
        line.stalled = True
        await _wait_for_degraded(co_op, away=True)
        await _wait_for_more_ballots(poll, 50)
        # Silence is told within 2 s; only after two pings without an answer the client gives the connection up.
        await wait_until(lambda: line.connections > before, "the connection is given up")
        line.stalled = False
        await _wait_for_degraded(co_op, away=False)
        await _wait_for_more_ballots(poll, 20)


async def test_a_connection_that_keeps_breaking_loses_and_duplicates_nothing() -> None:
    async with _running_kith_up_behind_proxy() as (co_op, line), voting_under_load(co_op) as (_, poll, _auditor):
        over = asyncio.Event()
        cutting = asyncio.create_task(cut_connections_at_random(line, over, random.Random(3)))  # noqa: S311 - a test's choices
        await _wait_for_more_ballots(poll, 400)
        over.set()
        assert await cutting > 3
        await _wait_for_degraded(co_op, away=False)


async def test_a_slow_connection_only_delays_events() -> None:
    async with _running_kith_up_behind_proxy() as (co_op, line), voting_under_load(co_op) as (_, poll, _auditor):
        line.delay = 0.3
        await _wait_for_more_ballots(poll, 300)
        await _wait_for_degraded(co_op, away=False)
        line.delay = 0.0


async def test_kith_begins_without_nats_and_finds_it_when_it_comes() -> None:
    async with disposable_nats() as nats, _running_kith_up_with_nats(nats.url) as co_op:
        async with connect(co_op.folder) as connection:
            await admit_new_members(connection, 3)
        auditor = ConsistencyAuditor(co_op.folder)
        await auditor.wait_until_at_rest()
        code, _ = await co_op.stop()
        assert code == 0
        await nats.stop()
        await co_op.start()
        await co_op.wait_until_ready()
        assert "BUS_AWAY" in (await co_op.get_readyz()).json["degraded"]["governance"]
        await nats.start()
        await _wait_for_degraded(co_op, away=False)
        async with connect(co_op.folder) as connection:
            await admit_new_members(connection, 3)
        await auditor.wait_until_at_rest()
        assert await auditor.findings() == []


# --- what the tests above share


def send_signal(pid: int, number: signal.Signals) -> None:
    import os

    os.kill(pid, number)


@asynccontextmanager
async def _running_kith_up_with_nats(url: str) -> AsyncIterator[KithUpProcess]:
    async with running_kith_up(settings=nats_settings(url)) as co_op:
        yield co_op


@asynccontextmanager
async def _running_kith_up_behind_proxy() -> AsyncIterator[tuple[KithUpProcess, FaultyProxy]]:
    async with disposable_nats() as nats:
        host, port = nats.url.removeprefix("nats://").split(":")
        async with faulty_proxy(host, int(port)) as line, _running_kith_up_with_nats(f"nats://127.0.0.1:{line.port}") as co_op:
            yield co_op, line


async def _keep_admitting(connection: Connection, over: asyncio.Event) -> None:
    """New people as facts allow: membership must have heard of a person before it can admit them."""
    while not over.is_set():
        await admit_new_members(connection, 1)
        await asyncio.sleep(0.2)


async def _wait_for_degraded(co_op: KithUpProcess, *, away: bool) -> None:
    """Able to record votes all the time, and saying whether the bus is there.

    Only a database that is slower than the probe waits is no fault here: the machine may be busy.
    """
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        response = await co_op.get_readyz()
        said = response.json["degraded"]
        assert {reason for reasons in said.values() for reason in reasons} & PREVENTS_RECORDING <= {"DATABASE_AWAY"}, response
        if all(("BUS_AWAY" in said.get(service, ())) == away for service in response.json["services"]):
            return
        assert time.monotonic() < end, said
        await asyncio.sleep(0.1)


async def _wait_for_more_ballots(poll: MotionPoll, ballots: int) -> None:
    wanted = poll.acknowledged + ballots
    await wait_until(lambda: poll.acknowledged >= wanted, "ballots are taken")


async def _count_waiting_events(auditor: ConsistencyAuditor) -> int:
    rows = await auditor.fetch_rows("governance", "select count(*) - (select published from outbox_state) as n from outbox")
    return int(rows[0]["n"])

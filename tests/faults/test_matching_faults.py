"""Faults of matching, with real processes: a kill at the second consent, an older copy of the database, a matching day without NATS."""

import asyncio
import random
import signal
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import matching_days_pb2 as days
from libs.database.engine import new_id
from libs.host import leader_election
from scripts.cli.connection import connect
from scripts.cli.service_databases import administrator_url
from services.instance import Instance
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.disposable_nats import disposable_nats, nats_settings
from tests.support.kith_up_process import KillTarget, KithUpProcess, running_kith_up
from tests.support.matching_by_hand import MatchingByHand
from tests.support.motion_voters import admit_new_members, move_clock
from tests.support.waiting import wait_until

UNSET, INTEREST, MEETING, TRIAL, JOINED = (
    introductions.INTRODUCTION_STEP_UNSPECIFIED,
    introductions.INTRODUCTION_STEP_INTEREST,
    introductions.INTRODUCTION_STEP_MEETING,
    introductions.INTRODUCTION_STEP_TRIAL,
    introductions.INTRODUCTION_STEP_JOINED,
)
CHANCE = random.Random(1)  # noqa: S311 - of one process there is no choice
_END_SESSIONS = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'kith_matching'"


class MatchingDatabase:
    """Matching's database, as the administrator of the co-op's PostgreSQL reaches it while Kith is killed."""

    def __init__(self, co_op: KithUpProcess) -> None:
        self._instance = Instance(co_op.folder)

    async def hold_up_joining(self) -> None:
        """Somebody who joins a team waits just before that is written."""
        await self._execute(
            "kith_matching",
            "create function stuck() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$",
            "create trigger stuck before insert on team_member for each row execute function stuck()",
        )

    async def is_held_up(self) -> bool:
        found = "select pid from pg_stat_activity where datname = 'kith_matching' and wait_event = 'PgSleep'"
        return bool(await self._execute("postgres", found))

    async def copy(self) -> None:
        """After a kill: what was held up is rolled back, as by a server that finds its client gone, and goes on no more."""
        await self._execute("postgres", _END_SESSIONS)
        await self._execute("kith_matching", "drop trigger stuck on team_member", "drop function stuck()")
        owner = (
            await self._execute("postgres", "select pg_get_userbyid(datdba) as name from pg_database where datname = 'kith_matching'")
        )[0]
        await self._execute("postgres", f'create database kith_matching_old template kith_matching owner "{owner["name"]}"')

    async def set_back(self) -> None:
        """To the copy. An operator raises its epoch by hand, as docs/flow.md says."""
        await self._execute("postgres", _END_SESSIONS)
        await self._execute("postgres", "drop database kith_matching", "alter database kith_matching_old rename to kith_matching")
        await self._execute("kith_matching", "update outbox_state set epoch = epoch + 1")

    async def _execute(self, database: str, *statements: str) -> list[asyncpg.Record]:
        """Runs these, each in a transaction of its own, and returns the rows of the last."""
        url = administrator_url(self._instance).set(database=database, password=self._instance.keys.postgres_password)
        connection = await leader_election.connect(url.render_as_string(hide_password=False))
        try:
            return [list(await connection.fetch(statement)) for statement in statements][-1]
        finally:
            await connection.close()


class TeamRecords:
    """What matching and scheduling have of teams, and how far the introduction is."""

    def __init__(self, co_op: KithUpProcess) -> None:
        self._auditor = ConsistencyAuditor(co_op.folder)

    async def steps(self) -> list[tuple[object, ...]]:
        """Of each introduction its step, and what the person and the worker have said."""
        return [tuple(row) for row in await self._auditor.fetch_rows("matching", "select step, person_said, worker_said from introduction")]

    async def members(self, service: str) -> list[UUID]:
        return [row["person"] for row in await self._auditor.fetch_rows(service, "select person from team_member")]

    async def joinings(self) -> int:
        return [event.name for event in await self._auditor.events("matching")].count("TeamMemberJoined")

    async def wait_until_at_rest(self) -> None:
        await self._auditor.wait_until_at_rest()

    async def notices(self, kind: str) -> list[UUID]:
        return [row["person"] for row in await self._auditor.fetch_rows("web", "select person from notice where kind = $1", kind)]


@pytest.mark.capability("T1", "X3")
async def test_a_kill_at_the_second_consent_and_an_older_copy_leave_no_team_by_one_yes() -> None:
    async with running_kith_up() as co_op:
        records, database = TeamRecords(co_op), MatchingDatabase(co_op)
        async with connect(co_op.folder) as connection:
            people = MatchingByHand(connection)
            ada, wren = await admit_new_members(connection, 2)
            pair = (ada, wren)
            await records.wait_until_at_rest()
            await people.look(ada)
            await people.offer(wren)
            await records.wait_until_at_rest()
            for by, step in ((ada, UNSET), (wren, INTEREST), (ada, MEETING), (wren, MEETING), (ada, TRIAL)):
                await people.yes(pair, by, step)

            # The second yes is written, and the place in the team is not.
            await database.hold_up_joining()
            people.request_ids[wren] = str(new_id())
            second = asyncio.create_task(people.yes(pair, wren, TRIAL))
            await wait_until(database.is_held_up, "the second yes is on its way")
            await co_op.kill(KillTarget.KITH, CHANCE)
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
        await database.copy()
        assert (await records.steps(), await records.members("matching")) == ([("trial", True, None)], []), "nothing is half made"

        await _start(co_op)
        assert await _repeat(co_op, people, pair) == [JOINED, JOINED], "the same request, and once more"
        await records.wait_until_at_rest()
        assert [await records.members(service) for service in ("matching", "scheduling")] == [[wren], [wren]]
        assert await records.joinings() == 1

        await co_op.kill(KillTarget.KITH, CHANCE)
        await database.set_back()
        await _start(co_op)
        await records.wait_until_at_rest()
        assert await records.steps() == [("trial", True, None)]
        assert [await records.members(service) for service in ("matching", "scheduling")] == [[], []], "nobody comes by a lost yes"
        assert await _repeat(co_op, people, pair) == [JOINED, JOINED]
        await records.wait_until_at_rest()
        assert [await records.members(service) for service in ("matching", "scheduling")] == [[wren], [wren]]
        assert await records.joinings() == 1


@pytest.mark.capability("T5", "X3")
async def test_a_matching_day_runs_without_nats_and_everybody_is_told_once_it_is_back() -> None:
    async with disposable_nats() as nats, running_kith_up(settings=nats_settings(nats.url)) as co_op, connect(co_op.folder) as connection:
        records, people = TeamRecords(co_op), MatchingByHand(connection)
        ada, wren = await admit_new_members(connection, 2)
        await records.wait_until_at_rest()
        await people.look(ada)
        await people.call_out(ada)
        await people.offer(wren)
        await records.wait_until_at_rest()
        announced = days.AnnounceMatchingDayRequest(words="For all who look for company.")
        announced.closes_at.FromDatetime(connection.now() + timedelta(hours=1))
        announced.runs_at.FromDatetime(connection.now() + timedelta(hours=2))
        day = (await connection.as_secretary(connection.matching_days.AnnounceMatchingDay, announced, retried=True)).day_id
        await people.take_part(day, ada, [], giving=False)
        await people.take_part(day, wren, [ada], giving=True)
        await people.rank(day, ada, [wren], giving=False)
        await records.wait_until_at_rest()

        await nats.stop(signal.SIGTERM)
        await wait_until(lambda: _bus_is_away(co_op), "matching finds NATS gone")
        move_clock(connection, 2 * 3600 + 60)
        await wait_until(lambda: _has_run(people, day, ada), "the day is run")
        assert list((await people.get_day(day, ada)).getting.proposed_ids) == [str(wren)]
        assert await records.notices("matching_day_run") == []

        await nats.start()
        await records.wait_until_at_rest()
        assert sorted(await records.notices("matching_day_run")) == sorted([ada, wren])
        assert await records.steps() == [("interest", None, None)], "a proposal, and nobody has answered"


async def _start(co_op: KithUpProcess) -> None:
    await co_op.start()
    await co_op.wait_until_ready()


async def _repeat(co_op: KithUpProcess, people: MatchingByHand, pair: tuple[UUID, UUID]) -> list[int]:
    """The second yes twice under the request id of the first attempt."""
    async with connect(co_op.folder) as connection:
        again = MatchingByHand(connection, people.request_ids)
        return [await again.yes(pair, pair[1], TRIAL) for _ in range(2)]


async def _bus_is_away(co_op: KithUpProcess) -> bool:
    return "BUS_AWAY" in (await co_op.get_readyz()).json["degraded"].get("matching", ())


async def _has_run(people: MatchingByHand, day: str, person: UUID) -> bool:
    return (await people.get_day(day, person)).day.state == days.MATCHING_DAY_STATE_RUN

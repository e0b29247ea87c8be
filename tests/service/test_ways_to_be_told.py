"""How people want to be told, on the real database: two changes at once lose nothing, and who acts sees only what they may."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text

from kith.identity.v1.enums import NoticeChannel, NoticeTopic
from libs import callers
from libs.access.access_tables import acting_right
from libs.access.reading import may_change, row_security_condition
from libs.callers import Caller
from libs.database.engine import Database, UnitOfWork, new_id
from libs.host import leader_election
from libs.refusals import Conflict
from services.database_setup import ServiceDatabase
from services.identity.commands.set_ways_to_be_told import set_ways_to_be_told
from services.identity.commands.stop_notices import stop_notices
from services.identity.domain.ways_to_be_told import SCOPE, WaysToBeTold
from services.identity.storage import tables, ways_to_be_told
from tests.support.running_co_op import Infrastructure

pytestmark = pytest.mark.capability("I5")
JOB, NOW = callers.job("tests"), datetime(2026, 11, 2, 9, tzinfo=UTC)
LETTER = WaysToBeTold(channel=NoticeChannel.LETTER)
_BLOCKS = text("select count(*) from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))")


@dataclass(frozen=True)
class Notices:
    """Identity's database, with three people."""

    database: Database
    service_database: ServiceDatabase
    ash: UUID
    bo: UUID
    kim: UUID

    async def choice(self, person: UUID) -> WaysToBeTold:
        async with self.database.query_work(JOB, NOW) as work:
            return await ways_to_be_told.find(work, person)

    async def both_at_once(self, person: UUID, then: Caller, act: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        """The person's first choice, and `act`, which begins before the choice is committed and has to wait for it."""

        async def second() -> None:
            async with self.database.work(then, NOW) as work:
                await act(work)

        async with self.database.work(callers.person(person), NOW) as first:
            await set_ways_to_be_told(first, person, LETTER)
            acting = asyncio.create_task(second())
            async with asyncio.timeout(60):
                while not (await first.connection.execute(_BLOCKS)).scalar():
                    await asyncio.sleep(0.01)
        await acting


@asynccontextmanager
async def notices_of_three(infrastructure: Infrastructure) -> AsyncIterator[Notices]:
    people = [new_id() for _ in range(3)]
    async with infrastructure.databases.fresh_database("identity") as service_database:
        database = Database(service_database.run_url)
        async with database.work(JOB, NOW) as work:
            row = {"full_name": "Kim", "called": "Kim", "name_key": "kim", "registered_at": NOW}
            await work.connection.execute(insert(tables.person), [row | {"id": person} for person in people])
        yield Notices(database, service_database, *people)
        await database.close()


async def test_two_first_choices_at_once_lose_nothing(infrastructure: Infrastructure) -> None:
    async with notices_of_three(infrastructure) as notices:
        ash, on_the_page = notices.ash, WaysToBeTold(channel=NoticeChannel.PAGE)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await notices.both_at_once(ash, callers.person(ash), lambda work: set_ways_to_be_told(work, ash, on_the_page))
        assert (await notices.choice(ash)).channel is NoticeChannel.LETTER
        await notices.both_at_once(notices.bo, JOB, lambda work: stop_notices(work, notices.bo, NoticeTopic.MOTIONS))
        chosen = await notices.choice(notices.bo)
        assert (chosen.channel, chosen.stopped, chosen.version) == (NoticeChannel.LETTER, (NoticeTopic.MOTIONS,), 2)


async def test_row_security_shows_a_choice_to_the_person_and_to_who_acts_in_notices_now(infrastructure: Infrastructure) -> None:
    day = timedelta(days=1)
    async with notices_of_three(infrastructure) as notices:
        ash, bo, kim = notices.ash, notices.bo, notices.kim
        async with notices.database.work(JOB, NOW) as work:
            for person in (ash, bo):
                await ways_to_be_told.save(work, person, LETTER)
            right = {"relationship": new_id(), "holder": kim, "subject": ash, "valid_from": NOW, "valid_until": NOW + day}
            await work.connection.execute(insert(acting_right), [right | {"scope": SCOPE}])
            await work.connection.execute(insert(acting_right), [right | {"subject": bo, "scope": "money", "relationship": new_id()}])

        async def seen(caller: Caller, at: datetime = NOW) -> list[UUID]:
            async with notices.database.query_work(caller, at) as work:
                return list((await work.connection.execute(select(tables.ways_to_be_told.c.person))).scalars())

        acting = callers.person(kim, acting_for=ash)
        assert [await seen(callers.person(ash)), await seen(acting), await seen(acting, NOW + day / 2)] == [[ash]] * 3
        for caller, at in (
            (acting, NOW - day),
            (acting, NOW + day),
            (callers.person(kim), NOW),
            (callers.person(kim, acting_for=bo), NOW),
            (callers.person(bo, acting_for=ash), NOW),
        ):
            assert await seen(caller, at) == [], (caller, at)

        owner = await leader_election.connect(notices.service_database.owner_url)
        rule = row_security_condition("ways_to_be_told.person", f"'{SCOPE}'", may_change)
        condition = f"({rule}) or coalesce(current_setting('kith.system', true), '') <> ''"
        await owner.execute(f"create policy today on ways_to_be_told using ({condition}) with check ({condition})")
        query = "select qual, with_check from pg_policies where tablename = 'ways_to_be_told' and permissive = 'PERMISSIVE'"
        policies = await owner.fetch(query)
        await owner.close()
        assert len(policies) == 2
        assert len({condition for row in policies for condition in row}) == 1, "the migration's text is the rule of today"

"""Who has died or is erased is visited no more, and who would have come hears of it. Who left the co-op is visited still."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipEnded
from kith.scheduling.facts.v1 import facts_pb2 as facts
from libs import callers
from libs.database.engine import Database, new_id
from services.scheduling.commands.call_off_visits_of_deceased import call_off_visits_of_deceased
from services.scheduling.reactions import membership
from tests.service.test_group_activities import Together
from tests.support.money_people import money_people
from tests.support.running_co_op import EventPublisher, Infrastructure, event_publisher
from tests.support.series_people import ZONE, SeriesPeople
from tests.support.shared_budget_people import SharedBudgetPeople
from tests.support.sharing_people import SharingPeople
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.waiting import wait_until


@asynccontextmanager
async def people_and_members(infrastructure: Infrastructure) -> AsyncIterator[tuple[VisitPeople, EventPublisher]]:
    async with visit_people(infrastructure) as people, event_publisher(people.co_op, "membership") as members:
        yield people, members


async def end_membership(people: VisitPeople, members: EventPublisher, person: UUID, on: date, reason: str) -> None:
    ended = MembershipEnded(person_id=str(person), on=on.isoformat(), reason=reason)
    await members.publish((ended, ended.person_id))
    await people.co_op.wait_until_consumed("scheduling", "membership")


async def states(people: VisitPeople, person: UUID) -> dict[str, str]:
    """How the visits to a person stand, by their ids."""
    async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
        rows = await connection.fetch("select id, state from visit where person = $1", person)
    return {str(row["id"]): row["state"] for row in rows}


async def series_states(people: VisitPeople, person: UUID) -> dict[str, tuple[str, date | None]]:
    async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
        rows = await connection.fetch("select id, state, last_day from visit_series where person = $1", person)
    return {str(row["id"]): (row["state"], row["last_day"]) for row in rows}


async def notices(people: VisitPeople) -> list[tuple[str, set[UUID]]]:
    events = await people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


async def wait_until_cancelled(people: VisitPeople, person: UUID, visit: str) -> None:
    async def is_cancelled() -> bool:
        return (await states(people, person))[visit] == "cancelled"

    await wait_until(is_cancelled, "the visit is called off")


async def wait_until_series_ended(people: VisitPeople, person: UUID) -> None:
    async def has_ended() -> bool:
        return {state for state, _ in (await series_states(people, person)).values()} == {"ended"}

    await wait_until(has_ended, "the series ends")


async def run_job(people: VisitPeople, days: int) -> int:
    """What the job does so many days from now."""
    database = Database(people.co_op.databases["scheduling"].run_url)
    try:
        async with database.work(callers.job("tests"), people.co_op.now() + timedelta(days=days), "tests") as work:
            return await call_off_visits_of_deceased(work, zone=ZONE)
    finally:
        await database.close()


@pytest.mark.capability("S6")
async def test_visits_to_who_has_died_are_called_off_and_series_end(infrastructure: Infrastructure) -> None:
    ada, wren, bo = (new_id() for _ in range(3))
    async with people_and_members(infrastructure) as (people, members):
        everybody = SeriesPeople(people)
        await people.form_team(ada, worker=[wren], friend=[bo])
        today, later = [await people.propose(ada, ada, people.at(ahead, 21, 0.5)) for ahead in (0, 2)]
        proposed = await people.propose(ada, bo, people.at(3, 21))
        for visit in (today, later):
            await people.take(visit, wren)
        running = await everybody.propose(ada, wren, everybody.pattern())
        await everybody.agree(running, ada)
        await everybody.stand(running, wren, (await everybody.get(running, wren)).visits)
        wanted = await everybody.propose(ada, bo, everybody.pattern(hour=14))
        before = len(await notices(people))

        await end_membership(people, members, ada, people.day(0), "died")
        await wait_until_cancelled(people, ada, later)
        left = await states(people, ada)
        assert left.pop(today) == "agreed", "until the last day they stay as they are"
        assert (left[proposed], set(left.values())) == ("cancelled", {"cancelled"})
        assert await series_states(people, ada) == {running: ("ended", people.day(0)), wanted: ("declined", None)}
        assert [visit.visit_id for visit in await people.list_visits(wren, wren, giving=True, days=60)] == [today]
        assert [row[-1] for row in await people.co_op.all_rows("scheduling", "standing_place")] == [people.day(0)]
        told = (await notices(people))[before:]
        assert len(told) == 4, "each is told once of a series"
        assert {(kind, *who) for kind, who in told} == {(kind, who) for kind in ("series_ended", "visit_cancelled") for who in (bo, wren)}
        cancelled = [each for each in await people.co_op.published_events("scheduling") if isinstance(each, facts.VisitCancelled)]
        assert ({each.visit_id for each in cancelled}, {each.cancelled_by for each in cancelled}) == (set(left), {""})

        published = len(await people.co_op.published_events("scheduling"))
        await people.co_op.rebuild("scheduling", membership.REACTIONS)
        await people.co_op.wait_until_consumed("scheduling", "membership")
        assert await run_job(people, 0) == 0
        assert len(await people.co_op.published_events("scheduling")) == published, "handled again, nobody is told twice"


@pytest.mark.capability("S6")
async def test_who_leaves_is_visited_still_and_who_died_by_mistake_again(infrastructure: Infrastructure) -> None:
    ada, mo, wren = (new_id() for _ in range(3))
    async with people_and_members(infrastructure) as (people, members):
        for owner in (ada, mo):
            await people.form_team(owner, worker=[wren])
        of_ada, of_mo = [await people.propose(owner, owner, people.at(2, hour)) for owner, hour in ((ada, 9), (mo, 14))]
        await people.take(of_mo, wren)
        await end_membership(people, members, mo, people.day(0), "left")
        await end_membership(people, members, ada, people.day(0), "died")
        await wait_until_cancelled(people, ada, of_ada)
        assert await states(people, mo) == {of_mo: "agreed"}

        admitted = MemberAdmitted(person_id=str(ada), from_day=people.day(0).isoformat())
        await members.publish((admitted, admitted.person_id))
        await people.co_op.wait_until_consumed("scheduling", "membership")
        again = await people.propose(ada, ada, people.at(2, 9))
        await people.co_op.rebuild("scheduling", membership.REACTIONS)
        await people.co_op.wait_until_consumed("scheduling", "membership")
        assert await run_job(people, 1) == 0
        assert await states(people, ada) == {of_ada: "cancelled", again: "agreed"}


@pytest.mark.capability("T9")
async def test_what_somebody_shared_ends_after_the_day_on_which_they_died(infrastructure: Infrastructure) -> None:
    ada, mo, wren = (new_id() for _ in range(3))
    async with money_people(infrastructure) as money, event_publisher(money.people.co_op, "membership") as members:
        people = money.people
        sharing, together, budgets = SharingPeople(people), Together(people), SharedBudgetPeople(money, await money.add_payer("Council"))
        for owner in (ada, mo):
            await people.form_team(owner, worker=[wren])
            await money.fund(owner, (budgets.payer, "1"), budget=5000)
        await sharing.pair(ada, mo)
        visit = await people.propose(ada, ada, people.at(4, 9))
        every = SeriesPeople(people)
        of_mo = await every.propose(mo, mo, every.pattern(hour=15))
        shared = [await sharing.share(ada, mo, visit=visit), await sharing.share(mo, ada, series=of_mo)]
        other = await people.propose(ada, ada, people.at(5, 9))
        await sharing.propose(ada, mo, ada, visit=other)
        budget = await budgets.propose(ada, mo)
        await budgets.answer(budget, mo)
        soup = await together.announce(mo, ahead=5)
        await together.join(soup, ada)

        await end_membership(people, members, mo, people.day(0), "died")
        await wait_until_series_ended(people, mo)
        assert (await people.get(visit, ada)).visit.sharer_id == str(mo), "until the last day it stays as it is"
        assert await run_job(people, 0) == 0
        before = len(await notices(people))
        assert await run_job(people, 1) == 1
        assert await run_job(people, 1) == 0
        assert (await people.get(visit, ada)).visit.sharer_id == "", "it is Ada's alone, and takes place"
        assert await states(people, ada) == {visit: "agreed", other: "agreed"}
        assert {each.sharing_id for each in await sharing.list_of(ada)} == {shared[1]}, "of today; nothing waits for who cannot answer"
        assert [each.last_day for each in await budgets.list_of(ada)] == [people.day(0).isoformat()]
        told = sorted((await notices(people))[before:])
        assert told == [("activity_called_off", {ada}), ("shared_budget_ended", {ada}), ("sharing_ended", {ada})]
        ended = [each.sharing_id for each in await people.co_op.published_events("scheduling") if isinstance(each, facts.SharingEnded)]
        assert sorted(ended) == sorted(shared), "each once"


@pytest.mark.capability("S6")
async def test_a_day_to_come_is_waited_for(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with people_and_members(infrastructure) as (people, members):
        everybody = SeriesPeople(people)
        await people.form_team(ada, worker=[wren])
        on_the_day, after = [await people.propose(ada, ada, people.at(ahead, 21)) for ahead in (3, 4)]
        short, lasting = [await everybody.propose(ada, ada, everybody.pattern(last=last)) for last in (2, None)]
        await end_membership(people, members, ada, people.day(3), "died")
        assert await run_job(people, 2) == 0
        assert await run_job(people, 3) == 1
        assert await run_job(people, 3) == 0
        left = await states(people, ada)
        assert (left[on_the_day], left[after]) == ("agreed", "cancelled")
        assert await series_states(people, ada) == {short: ("agreed", people.day(2)), lasting: ("ended", people.day(3))}


@pytest.mark.capability("L5")
async def test_who_would_have_come_to_somebody_who_is_erased_hears_of_it(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with visit_people(infrastructure) as people:
        everybody = SeriesPeople(people)
        await people.form_team(ada, worker=[wren])
        visit = await people.propose(ada, ada, people.at(2, 21))
        await people.take(visit, wren)
        running = await everybody.propose(ada, ada, everybody.pattern())
        await everybody.stand(running, wren, (await everybody.get(running, wren)).visits)
        before = len(await notices(people))
        erased = PersonErased(erasure_id=str(new_id()), person_ids=[str(ada)])
        await people.identity.publish((erased, str(ada)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        assert (await notices(people))[before:] == [("series_ended", {wren}), ("visit_cancelled", {wren})]
        assert await people.list_visits(wren, wren, giving=True, days=60) == []

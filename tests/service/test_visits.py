"""Visits: anybody in the team proposes, the person agrees, workers take them by themselves, and nobody is in two places at once."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.dialects import postgresql

from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visits_pb2 as pb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from services.scheduling.reactions import matching
from services.scheduling.storage.visits import VISITS_BY, VISITS_TO
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people


def some_people(count: int) -> list[UUID]:
    return [new_id() for _ in range(count)]


async def test_who_proposes_a_visit_hears_of_another_one_at_that_time(infrastructure: Infrastructure) -> None:
    ada, bo, cleo = some_people(3)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, friend=[bo])
        await people.form_team(cleo, friend=[bo])
        first = await people.propose_and_see(ada, ada, people.at(3, 9, 2))
        assert not first.overlaps, "not with itself"
        for person, hour, hours, overlaps in (
            (ada, 8, 1, False),
            (ada, 11, 1, False),
            (ada, 10.5, 1, True),
            (ada, 7, 5, True),
            (cleo, 9, 2, False),
        ):
            proposed = await people.propose_and_see(person, bo, people.at(3, hour, hours))
            assert proposed.overlaps is overlaps, (hour, hours)
            await people.decline(proposed.visit_id, person)
        # The same of another time for a visit: not with itself, and not where it was.
        lunch = await people.propose(ada, ada, people.at(3, 13))
        for version, hour, overlaps in ((2, 13.5, False), (4, 10, True), (6, 15, False)):
            request = pb.MoveVisitRequest(request_id=str(new_id()), visit_id=lunch, version=version, when=people.at(3, hour))
            assert (await call_service(people.stub.MoveVisit, request, people.token(ada))).overlaps is overlaps, hour


@pytest.mark.capability("S6")
async def test_a_plan_is_proposed_by_anybody_in_the_team_and_agreed_by_the_person(infrastructure: Infrastructure) -> None:
    ada, sister, wren, bo, stranger = some_people(5)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren], friend=[bo])
        as_ada = await people.let_act(sister, ada)
        visit = await people.propose(ada, bo, people.at(3))
        attempt: Awaitable[object]
        for attempt in (people.propose(ada, stranger, people.at(3)), people.propose(stranger, stranger, people.at(3))):
            with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
                await attempt
        for attempt in (people.get(visit, stranger), people.get(visit, sister), people.take(visit, stranger, 1)):
            with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
                await attempt
        for attempt in (people.agree(visit, bo), people.decline(visit, wren)):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await attempt
        with pytest.raises(FailedPrecondition, match="VISIT_NOT_AGREED"):
            await people.take(visit, wren, 1)
        outside = await people.let_act(bo, ada, "money")
        for attempt in (people.agree(visit, outside), people.get(visit, outside), people.list_visits(ada, outside)):
            with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
                await attempt
        assert await people.agree(visit, as_ada) == 2
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await people.move(visit, bo, people.at(4), 1)
        await people.take(visit, wren)

        assert await people.move(visit, bo, people.at(4, 10), 2) == 3
        seen = await people.get(visit, wren)
        assert (seen.visit.state, list(seen.worker_ids)) == (pb.VISIT_STATE_MOVING, [str(wren)]), "it stays at its time so far"
        assert seen.visit.proposed_by == str(bo)
        assert await people.decline(visit, ada, 3) == 4
        assert await people.move(visit, wren, people.at(5, 10), 4) == 5
        assert await people.agree(visit, ada, 5) == 6
        seen = await people.get(visit, as_ada)
        assert (seen.visit.state, list(seen.worker_ids), seen.visit.free_places) == (pb.VISIT_STATE_AGREED, [], 1)
        assert seen.visit.starts_at.ToDatetime().date() == people.day(5)
        [listed] = await people.list_visits(ada, as_ada)
        assert (listed.visit_id, list(listed.worker_ids)) == (visit, [])
        with pytest.raises(NotAllowed, match="NOT_YOURS_TO_CANCEL"):
            await people.cancel(visit, bo, 6)
        await people.cancel(visit, as_ada, 6)

        events = [event for event in await people.co_op.published_events("scheduling") if not isinstance(event, facts.NoticeWanted)]
        assert [type(event) for event in events] == [
            facts.VisitProposed, facts.VisitAgreed, facts.VisitTaken, facts.VisitMoved, facts.VisitDeclined, facts.VisitMoved,
            facts.VisitAgreed, facts.VisitGivenBack, facts.VisitCancelled,
        ]  # fmt: skip
        proposed, agreed = events[:2]
        assert isinstance(proposed, facts.VisitProposed)
        assert isinstance(agreed, facts.VisitAgreed)
        assert (proposed.proposed_by, agreed.agreed_by) == (str(bo), str(sister)), "the log says who, and not for whom"
        rows = await people.co_op.all_rows("scheduling", "read_audit")
        assert {"view", "list", "refused"} <= {str(cell) for row in rows for cell in row}


@pytest.mark.capability("S6")
async def test_what_the_person_plans_is_agreed_with_that(infrastructure: Infrastructure) -> None:
    ada, sister, wren, mo = some_people(4)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren])
        await people.form_team(mo, friend=[ada])
        as_ada = await people.let_act(sister, ada)
        visit = await people.propose(ada, as_ada, people.at(3))
        await people.take(visit, wren)
        assert await people.move(visit, ada, people.at(3, 15), 2) == 4
        assert list((await people.get(visit, ada)).worker_ids) == [], "the worker says anew whether they can come"
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.propose(mo, as_ada, people.at(3))
        assert await people.propose(mo, ada, people.at(3)), "in her own name she is in his team"
        for when, reason in (
            (people.at(-1), "VISIT_PAST"),
            (people.at(400), "VISIT_TOO_FAR"),
            (people.at(3, 12, 26), "VISIT_LENGTH"),
            (people.at(3, 12, 0), "VISIT_LENGTH"),
            (pb.LocalTime(day="2026-13-01", start=0, minutes=60), "DATE_MALFORMED"),
            (_next_skipped_hour(people.day(0)), "TIME_SKIPPED"),
        ):
            with pytest.raises(Invalid, match=reason):
                await people.propose(ada, ada, when)


@pytest.mark.capability("S7")
async def test_who_came_is_counted_over_the_last_weeks_and_told_the_person_alone(infrastructure: Infrastructure) -> None:
    ada, sister, wren, jo = some_people(4)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren, jo])
        taken = [wren] * 6 + [jo] * 3
        for day, worker in enumerate(taken, start=1):
            await people.take(await people.propose(ada, ada, people.at(day)), worker)
        await people.propose(ada, ada, people.at(10))

        async def came(by: UUID | str) -> pb.GetContinuityResponse:
            request = pb.GetContinuityRequest(person_id=str(ada))
            found: pb.GetContinuityResponse = await call_service(people.stub.GetContinuity, request, people.token(by))
            return found

        assert list((await came(ada)).workers) == [], "what is still to come counts for nothing"
        await people.co_op.move_clock(int(timedelta(days=11).total_seconds()))
        found = await came(ada)
        assert [(worker.worker_id, worker.visits) for worker in found.workers] == [(str(wren), 6), (str(jo), 3)]
        assert (found.index_thousandths, found.usual_thousandths) == (500, 667)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await came(wren)
        await people.co_op.move_clock(int(timedelta(weeks=14).total_seconds()))
        assert list((await came(await people.let_act(sister, ada))).workers) == []


def _next_skipped_hour(today: date) -> pb.LocalTime:
    """Half past one on the last Sunday of March, which London's clocks leave out."""
    sunday = _last_sunday_of_march(today.year)
    if sunday <= today:
        sunday = _last_sunday_of_march(today.year + 1)
    return pb.LocalTime(day=sunday.isoformat(), start=90, minutes=60)


def _last_sunday_of_march(year: int) -> date:
    last = date(year, 3, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@pytest.mark.capability("S1")
async def test_workers_take_visits_by_themselves_and_give_them_back(infrastructure: Infrastructure) -> None:
    ada, mo, wren, jo, bo = some_people(5)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren], volunteer=[jo], friend=[bo])
        await people.form_team(mo, worker=[wren])
        first = await people.propose(ada, ada, people.at(3, 12, 2), workers=2)
        at_mos = await people.propose(mo, mo, people.at(3, 13, 2))
        after = await people.propose(mo, mo, people.at(3, 14, 1))
        assert await people.list_open(wren) == [first, at_mos, after]
        assert (await people.list_open(jo), await people.list_open(bo)) == ([first], [])
        with pytest.raises(NotAllowed, match="VISIT_FOR_WORKERS"):
            await people.take(first, bo)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await people.take(first, wren, 1)

        await people.take(first, wren)
        with pytest.raises(AlreadyExists, match="VISIT_YOURS"):
            await people.take(first, wren)
        with pytest.raises(AlreadyExists, match="WORKER_ELSEWHERE"):
            await people.take(at_mos, wren)
        await people.take(after, wren)
        await people.take(first, jo)
        seen = await people.get(first, ada)
        assert (list(seen.worker_ids), seen.visit.free_places) == ([str(wren), str(jo)], 0)
        assert [list(visit.worker_ids) for visit in await people.list_visits(ada, ada)] == [[str(wren), str(jo)]]
        week = [visit.visit_id for visit in await people.list_visits(wren, wren, giving=True, size=1)]
        assert week == [first, after]
        assert [visit.visit_id for visit in await people.list_visits(mo, mo, size=1)] == [at_mos, after]
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.list_visits(wren, ada, giving=True)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.list_visits(wren, await people.let_act(bo, wren), giving=True)
        for days in (63, 0, -1):
            with pytest.raises(Invalid, match="PERIOD_WRONG"):
                await people.list_visits(wren, wren, days=days)

        await people.give_back(first, wren)
        with pytest.raises(FailedPrecondition, match="VISIT_NOT_YOURS"):
            await people.give_back(first, wren)
        await people.leave_team(mo, wren)
        with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
            await people.get(after, wren)
        assert list((await people.get(after, mo)).worker_ids) == [], "who leaves the team leaves its visits to come"
        given_back = [e for e in await people.co_op.published_events("scheduling") if isinstance(e, facts.VisitGivenBack)]
        assert [(event.visit_id, event.why) for event in given_back] == [(first, "given_back"), (after, "left_team")]


@pytest.mark.capability("T2")
async def test_what_was_taken_before_the_leaving_was_heard_of_is_open_again(infrastructure: Infrastructure) -> None:
    ada, wren = some_people(2)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren])
        first, second = [await people.propose(ada, ada, people.at(days)) for days in (3, 4)]
        left_at = people.co_op.now()
        await people.take(first, wren)
        await people.leave_team(ada, wren, left_at)
        assert (await people.get(first, ada)).worker_ids == []
        with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
            await people.take(first, wren)

        await people.form_team(ada, worker=[wren])
        await people.take(second, wren)
        await people.co_op.rebuild("scheduling", matching.REACTIONS)
        await people.co_op.wait_until_consumed("scheduling", "matching")
        assert list((await people.get(second, ada)).worker_ids) == [str(wren)], "a member again keeps what they took since"


@pytest.mark.capability("S1")
async def test_while_another_time_is_proposed_the_visit_can_be_taken_and_cancelled(infrastructure: Infrastructure) -> None:
    ada, wren, bo = some_people(3)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren], friend=[bo])
        visit = await people.propose(ada, ada, people.at(3))
        await people.move(visit, bo, people.at(2), 2)
        assert await people.list_open(wren) == [visit]
        await people.take(visit, wren, 3)
        assert await people.move(visit, ada, people.at(3), 3) == 5, "back to the time at which it is"
        assert list((await people.get(visit, ada)).worker_ids) == [str(wren)], "the worker's yes was for this time"
        await people.move(visit, bo, people.at(2), 5)
        await people.co_op.move_clock(int(timedelta(days=2, hours=14).total_seconds()))
        await people.cancel(visit, ada, 6)


@pytest.mark.capability("L8", "S1")
async def test_a_paid_worker_keeps_their_rest_in_all_teams_together(infrastructure: Infrastructure) -> None:
    ada, mo, wren, jo = some_people(4)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren], volunteer=[jo])
        await people.form_team(mo, worker=[wren], volunteer=[jo])
        day, late = await people.propose(ada, ada, people.at(3, 9, 12)), await people.propose(ada, ada, people.at(3, 21, 1), workers=2)
        early = await people.propose(mo, mo, people.at(4, 8, 2), workers=2)
        for worker in (wren, jo):
            await people.take(late, worker)
        await people.take(early, jo)
        await people.take(early, wren)
        await people.give_back(early, wren)
        await people.take(day, wren)
        with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
            await people.take(early, wren)
        assert list((await people.get(early, mo)).worker_ids) == [str(jo)], "a refused take leaves nothing behind"


@pytest.mark.capability("S1")
async def test_one_of_fifty_gets_the_visit_and_the_others_hear_so(infrastructure: Infrastructure) -> None:
    ada, mo = some_people(2)
    workers = some_people(50)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=workers)
        await people.form_team(mo, worker=workers[:1])
        visit = await people.propose(ada, ada, people.at(3))
        results = await asyncio.gather(*(people.take(visit, worker) for worker in workers), return_exceptions=True)
        refused = [result for result in results if result is not None]
        assert [getattr(result, "reason", result) for result in refused] == ["VISIT_TAKEN"] * 49

        winner = workers[results.index(None)]
        await people.form_team(mo, worker=[winner])
        same_time = [await people.propose(mo, mo, people.at(5)) for _ in range(2)]
        both = await asyncio.gather(*(people.take(at_mos, winner) for at_mos in same_time), return_exceptions=True)
        assert both.count(None) == 1
        refused = [result for result in both if result is not None]
        assert [getattr(result, "reason", result) for result in refused] == ["WORKER_ELSEWHERE"], "in one instant, in two places"


async def test_a_repeat_changes_nothing_and_the_database_itself_refuses_two_places_at_once(infrastructure: Infrastructure) -> None:
    ada, wren = some_people(2)
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren])
        request = pb.ProposeVisitRequest(request_id=str(new_id()), person_id=str(ada), when=people.at(3), workers=1)
        first = await call_service(people.stub.ProposeVisit, request, people.token(wren))
        assert await call_service(people.stub.ProposeVisit, request, people.token(wren)) == first
        assert len(await people.list_visits(ada, ada)) == 1

        visits = [await people.propose(ada, ada, people.at(3, hour, 1)) for hour in (9, 9.5, 10)]
        place = """
            insert into visit_place (visit, worker, person, team, starts, ends, paid, coming, joined_at, taken_at)
            select id, $2, person, team, starts, ends, true, true, now(), now() from visit where id = $1"""
        async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
            await connection.execute(place, UUID(visits[0]), wren)
            await connection.execute(place, UUID(visits[2]), wren)
            await connection.execute(place, UUID(visits[1]), new_id())
            with pytest.raises(asyncpg.ExclusionViolationError, match="visit_place_one_at_a_time"):
                await connection.execute(place, UUID(visits[1]), wren)


async def test_a_week_costs_the_same_after_years(infrastructure: Infrastructure) -> None:
    pairs = [(person, worker) for person, worker in zip(some_people(6), some_people(6), strict=True)]
    ada, wren = pairs[0]
    async with visit_people(infrastructure) as people:
        for person, worker in pairs:
            await people.form_team(person, worker=[worker])
            await people.take(await people.propose(person, person, people.at(3)), worker)
        await _add_history(people, pairs)
        begin, end = people.co_op.now(), people.co_op.now() + timedelta(days=7)
        for caller, statement, index in (
            (ada, VISITS_TO, "visit_by_person"),
            (wren, VISITS_BY, "visit_place_by_worker"),
        ):
            sql = str(
                statement.params(of=caller, begin=begin, end=end).compile(
                    compile_kwargs={"literal_binds": True},
                    dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy's own; untyped
                )
            )
            async with people.co_op.database_transaction("scheduling", caller=callers.person(caller)) as connection:
                plan = "\n".join(row[0] for row in await connection.fetch(f"explain (analyze, timing off) {sql}"))
            assert f"Index Scan using {index}" in plan, plan
            assert "Seq Scan on visit " not in plan, plan
            assert "Seq Scan on visit_place" not in plan, plan
            assert "Rows Removed by Filter" not in plan, plan


async def _add_history(people: VisitPeople, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Of each person and worker a thousand visits of an hour, one after the other, up to yesterday."""
    async with people.co_op.database_transaction("scheduling", caller=callers.job("tests"), owner=True) as connection:
        for person, worker in pairs:
            await connection.execute(
                """
                insert into visit (id, person, team, day, starts, ends, workers, state, proposed_by, agreed_by, version)
                select gen_random_uuid(), $1, $2, (now() - make_interval(hours => 24 + n))::date, now() - make_interval(hours => 24 + n),
                  now() - make_interval(hours => 23 + n), 1, 'agreed', $1, $1, 2
                from generate_series(1, 1000) as n""",
                person,
                UUID(people.teams[person]),
            )
            await connection.execute(
                """
                insert into visit_place (visit, worker, person, team, starts, ends, paid, coming, joined_at, taken_at)
                select id, $1, person, team, starts, ends, true, true, starts, starts from visit where starts < now() and person = $2""",
                worker,
                person,
            )
        await connection.execute("analyze visit")
        await connection.execute("analyze visit_place")

"""Visits that repeat: proposed by anybody in the team, agreed by the person as a whole, made ahead of time, each a visit like any other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visit_series_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs import callers
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound, Unavailable
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.series_people import ZONE, SeriesPeople
from tests.support.visit_people import BEFORE_A_VISIT, visit_people

WEEKS_8 = 56


@asynccontextmanager
async def series_people(infrastructure: Infrastructure) -> AsyncIterator[SeriesPeople]:
    async with visit_people(infrastructure) as people:
        yield SeriesPeople(people)


def some_people(count: int) -> list[UUID]:
    return [new_id() for _ in range(count)]


async def told(everybody: SeriesPeople) -> list[tuple[str, set[UUID]]]:
    events = await everybody.people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


@pytest.mark.capability("S6")
async def test_a_series_is_proposed_by_anybody_in_the_team_and_agreed_by_the_person(infrastructure: Infrastructure) -> None:
    ada, sister, wren, bo, stranger = some_people(5)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, worker=[wren], friend=[bo])
        as_ada = await people.let_act(sister, ada)
        pattern = everybody.pattern()
        series = await everybody.propose(ada, bo, pattern)
        assert await people.list_visits(ada, ada) == [], "nothing takes place without a yes"
        attempt: Awaitable[object]
        for attempt in (everybody.propose(ada, stranger, pattern), everybody.preview(ada, stranger, pattern)):
            with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
                await attempt
        for attempt in (everybody.get(series, stranger), everybody.agree(series, stranger), everybody.withdraw(series, sister)):
            with pytest.raises(NotFound, match="SERIES_UNKNOWN"):
                await attempt
        for attempt in (everybody.agree(series, bo), everybody.decline(series, wren), everybody.end(series, bo, people.day(9), 1)):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await attempt
        outside = await people.let_act(bo, ada, "money")
        for attempt in (everybody.agree(series, outside), everybody.get(series, outside), everybody.list_series(outside)):
            with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
                await attempt
        with pytest.raises(NotAllowed, match="NOT_YOURS_TO_WITHDRAW"):
            await everybody.withdraw(series, wren)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await everybody.agree(series, ada, 2)
        seen = await everybody.get(series, wren)
        assert (seen.series.state, len(seen.proposed_visits), len(seen.visits)) == (pb.SERIES_STATE_PROPOSED, WEEKS_8 + 1, 0)

        assert await everybody.agree(series, as_ada) == 2
        seen = await everybody.get(series, ada)
        assert everybody.days(seen.visits) == list(range(1, WEEKS_8 + 1))
        assert {(visit.state, visit.series_id, visit.proposed_by, visit.agreed_by) for visit in seen.visits} == {
            (visits.VISIT_STATE_AGREED, series, str(bo), str(sister))
        }
        assert seen.series.rule == "FREQ=WEEKLY;INTERVAL=1;WKST=MO;BYDAY=MO,TU,WE,TH,FR,SA,SU"
        assert (seen.series.zone, list(seen.proposed_visits)) == ("Europe/London", [])
        with pytest.raises(FailedPrecondition, match="SERIES_AGREED"):
            await everybody.decline(series, ada, 2)

        events = await people.co_op.published_events("scheduling")
        [proposed] = [event for event in events if isinstance(event, facts.SeriesProposed)]
        [agreed] = [event for event in events if isinstance(event, facts.SeriesAgreed)]
        assert (proposed.proposed_by, agreed.agreed_by) == (str(bo), str(sister)), "the log says who proposed and who agreed"
        assert len([event for event in events if isinstance(event, facts.VisitAgreed)]) == WEEKS_8
        assert await told(everybody) == [("series_proposed", {ada}), ("series_agreed", {ada, bo})], "once, not for each visit"
        for by in (ada, wren, bo, as_ada):
            assert await everybody.list_series(by) == [series]
        assert (await everybody.list_series(stranger), await everybody.list_series(sister)) == ([], [])


async def test_what_is_declined_or_taken_back_makes_no_visits(infrastructure: Infrastructure) -> None:
    ada, bo, mo = some_people(3)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, friend=[bo])
        await people.form_team(mo, friend=[ada])
        declined, withdrawn = await everybody.propose(ada, bo, everybody.pattern()), await everybody.propose(ada, bo, everybody.pattern())
        assert await everybody.list_series(ada, size=1) == [withdrawn, declined]
        assert await everybody.decline(declined, ada) == 2
        assert await everybody.withdraw(withdrawn, bo) == 2
        for series in (declined, withdrawn):
            with pytest.raises(FailedPrecondition, match="SERIES_OVER"):
                await everybody.agree(series, ada, 2)
        assert await everybody.list_series(ada) == []
        assert await people.list_visits(ada, ada) == []
        assert await told(everybody) == [
            ("series_proposed", {ada}), ("series_proposed", {ada}), ("series_declined", {bo}), ("series_withdrawn", {ada}),
        ]  # fmt: skip
        as_ada = await people.let_act(bo, ada)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await everybody.propose(mo, as_ada, everybody.pattern())
        for pattern, reason in (
            (everybody.pattern(hours=0), "VISIT_LENGTH"),
            (everybody.pattern(hours=26), "VISIT_LENGTH"),
            (everybody.pattern(ahead=-1), "VISIT_PAST"),
            (everybody.pattern(weekdays=[]), "SERIES_WEEKDAYS"),
            (everybody.pattern(every=5), "SERIES_EVERY"),
            (everybody.pattern(ahead=9, last=3), "SERIES_EMPTY"),
            (pb.SeriesPattern(first_day="2026-02-30", weekdays=[1], every_weeks=1, start=540, minutes=60), "DATE_MALFORMED"),
        ):
            for attempt in (everybody.propose(ada, ada, pattern), everybody.preview(ada, ada, pattern)):
                with pytest.raises(Invalid, match=reason):
                    await attempt


@pytest.mark.capability("S6")
async def test_the_job_goes_on_day_by_day_and_brings_nothing_back(infrastructure: Infrastructure) -> None:
    ada, wren = some_people(2)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, worker=[wren])
        series = await everybody.propose(ada, ada, everybody.pattern())
        short = await everybody.propose(ada, ada, everybody.pattern(hour=15, last=58))
        seen = await everybody.get(series, ada)
        gone, moved, taken = (seen.visits[n].visit_id for n in (2, 4, 6))
        await people.cancel(gone, ada, 2)
        await people.move(moved, ada, people.at(20, 12), 2)
        await people.take(taken, wren)
        assert await everybody.run_job(0) == 0, "what was made on agreement is not made again"
        tomorrow = await everybody.next_due(0)
        assert tomorrow is not None
        assert tomorrow.astimezone(ZONE).strftime("%H:%M") == "00:00", "a day more each day"
        due = await everybody.next_due(5)
        assert due is not None
        assert due - people.co_op.now() < timedelta(days=5, seconds=1), "at once"

        with pytest.raises(Unavailable, match="DATABASE_AWAY"):
            await everybody.run_job(5, stop=True)
        assert len((await everybody.get(series, ada)).visits) == WEEKS_8 - 1, "what was stopped before its end has left nothing"
        assert sum(await asyncio.gather(*(everybody.run_job(5) for _ in range(3)))) == 2, "three at once: each series is looked after once"
        assert await everybody.run_job(5) == 0
        days = everybody.days((await everybody.get(series, ada)).visits)
        assert days == sorted([day for day in range(1, WEEKS_8 + 6) if day not in (3, 5)] + [20])
        assert everybody.days((await everybody.get(short, ada)).visits) == list(range(1, 59)), "none after the last day"
        assert list((await people.get(taken, ada)).worker_ids) == [str(wren)]

        await everybody.run_job(300)
        after = everybody.days((await everybody.get(series, ada)).visits)
        assert [day for day in after if day > WEEKS_8 + 5 and day != 300] == list(range(301, 301 + WEEKS_8)), "what has gone by is not made"
        async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
            twice = """
                insert into visit (id, person, team, day, starts, ends, workers, state, proposed_by, version, series, series_day)
                select gen_random_uuid(), person, team, day, starts, ends, 1, 'agreed', proposed_by, 1, series, series_day
                from visit where id = $1"""
            with pytest.raises(asyncpg.UniqueViolationError, match="visit_of_series"):
                await connection.execute(twice, UUID(gone))


@pytest.mark.capability("S6")
async def test_the_person_ends_it_and_each_worker_is_told_once(infrastructure: Infrastructure) -> None:
    ada, sister, wren, jo, bo = some_people(5)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, worker=[wren], volunteer=[jo], friend=[bo])
        as_ada = await people.let_act(sister, ada)
        series = await everybody.propose(ada, bo, everybody.pattern(), workers=2)
        await everybody.agree(series, ada)
        shown = (await everybody.get(series, jo)).visits
        assert len((await everybody.take(series, jo, shown)).taken_visit_ids) == WEEKS_8
        for visit in (shown[1], shown[20], shown[21]):
            await people.take(visit.visit_id, wren)
        await people.move(shown[3].visit_id, ada, people.at(30, 12), 2)
        before = len(await told(everybody))
        for by in (bo, wren):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await everybody.end(series, by, people.day(10))
        with pytest.raises(Invalid, match="VISIT_PAST"):
            await everybody.end(series, ada, people.day(-1))

        assert await everybody.end(series, as_ada, people.day(10)) == 3
        assert everybody.days((await everybody.get(series, ada)).visits) == [1, 2, 3, 5, 6, 7, 8, 9], (
            "what was moved beyond the end goes too"
        )
        assert (await told(everybody))[before:] == [("series_ended", {ada, bo, jo, wren})]
        events = await people.co_op.published_events("scheduling")
        [ended] = [event for event in events if isinstance(event, facts.SeriesEnded)]
        assert (ended.from_day, ended.ended_by) == (people.day(10).isoformat(), str(sister))
        assert len([event for event in events if isinstance(event, facts.VisitCancelled)]) == WEEKS_8 - 8
        assert await people.list_visits(wren, wren, giving=True, days=60) != []
        await everybody.run_job(5)
        assert len((await everybody.get(series, ada)).visits) == 8, "an ended series is not gone on with"
        with pytest.raises(Invalid, match="SERIES_ENDS_EARLIER"):
            await everybody.end(series, ada, people.day(11), 3)
        assert await everybody.end(series, ada, people.day(0), 3) == 4
        assert await everybody.next_due(1) is None, "nothing is left to be made"
        assert (await everybody.get(series, ada)).visits == []
        assert await everybody.list_series(ada) == []


@pytest.mark.capability("S6")
async def test_other_times_from_then_on_are_one_step_with_one_yes(infrastructure: Infrastructure) -> None:
    ada, wren, bo, mo = some_people(4)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, worker=[wren], friend=[bo])
        await people.form_team(mo, friend=[bo])
        first = await everybody.propose(ada, ada, everybody.pattern(last=100))
        await everybody.take(first, wren, (await everybody.get(first, wren)).visits[:30])
        later = everybody.pattern(ahead=15, hour=14)
        with pytest.raises(NotFound, match="SERIES_UNKNOWN"):
            await everybody.propose(mo, bo, later, replaces=first)
        second = await everybody.propose(ada, bo, later, replaces=first)
        assert [visit.overlaps for visit in (await everybody.get(second, ada)).proposed_visits] == [False] * (WEEKS_8 + 1)
        with pytest.raises(FailedPrecondition, match="SERIES_NOT_AGREED"):
            await everybody.propose(ada, bo, later, replaces=second)
        assert len((await everybody.get(first, ada)).visits) == WEEKS_8, "it goes on until there is a yes"
        before = len(await told(everybody))
        await everybody.agree(second, ada)
        assert everybody.days((await everybody.get(first, ada)).visits) == list(range(1, 15))
        seen = await everybody.get(second, ada)
        assert everybody.days(seen.visits) == list(range(15, WEEKS_8 + 1))
        assert {visit.free_places for visit in seen.visits} == {1}, "the workers' yes was for the time before"
        assert (await told(everybody))[before:] == [("series_ended", {wren}), ("series_agreed", {bo})]
        with pytest.raises(FailedPrecondition, match="SERIES_NOT_AGREED"):
            await everybody.end(await everybody.propose(ada, bo, later), ada, people.day(20), 1)


@pytest.mark.capability("S1")
async def test_a_worker_takes_them_all_but_those_that_cannot_be(infrastructure: Infrastructure) -> None:
    ada, mo, wren, jo, bo = some_people(5)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, worker=[wren, jo], friend=[bo], unchecked=[wren])
        await people.form_team(mo, worker=[wren], unchecked=[wren])
        await people.verify(wren, expires_on=people.day(12))
        series = await everybody.propose(ada, ada, everybody.pattern(last=14))
        shown = list((await everybody.get(series, wren)).visits)
        elsewhere, late = await people.propose(mo, mo, people.at(3, 9.5)), await people.propose(mo, mo, people.at(5, 19, 5))
        for visit in (elsewhere, late):
            await people.take(visit, wren)
        await people.take(shown[8].visit_id, jo)
        await people.move(shown[9].visit_id, ada, people.at(10, 12), 2)
        await people.cancel(shown[10].visit_id, ada, 2)
        with pytest.raises(NotAllowed, match="VISIT_FOR_WORKERS"):
            await everybody.take(series, bo, shown)
        with pytest.raises(FailedPrecondition, match="NOT_IN_TEAM"):
            await everybody.take(series, ada, shown)

        before = len(await told(everybody))
        result = await everybody.take(series, wren, shown)
        by_id = {visit.visit_id: number for number, visit in enumerate(shown, 1)}
        assert {by_id[one.visit_id]: one.reason for one in result.not_taken} == {
            3: "WORKER_ELSEWHERE", 5: "REST_TOO_SHORT", 6: "REST_TOO_SHORT", 9: "VISIT_TAKEN", 10: "VERSION_STALE", 11: "VISIT_OVER",
            13: "VISIT_NEEDS_CREDENTIALS", 14: "VISIT_NEEDS_CREDENTIALS",
        }  # fmt: skip
        assert [by_id[visit] for visit in result.taken_visit_ids] == [1, 2, 4, 7, 8, 12]
        assert {dict(one.details)["kinds"] for one in result.not_taken if "kinds" in one.details} == {" ".join(BEFORE_A_VISIT)}
        listed = await people.list_visits(wren, wren, giving=True, days=30)
        assert {visit.visit_id for visit in listed} == {*result.taken_visit_ids, elsewhere, late}, "a refused take leaves nothing behind"
        assert (await told(everybody))[before:] == [("series_taken", {ada})]
        again = await everybody.take(series, wren, shown)
        assert {one.reason for one in again.not_taken} >= {"VISIT_YOURS"}
        assert list(again.taken_visit_ids) == []
        with pytest.raises(Invalid, match="TOO_MANY_VISITS"):
            await everybody.take(series, wren, shown * 8)

        before = len(await told(everybody))
        await people.leave_team(ada, wren)
        assert (await told(everybody))[before:] == [("cover_needed", {ada})], "once for all of them"
        assert {visit.free_places for visit in (await everybody.get(series, ada)).visits if visit.visit_id in result.taken_visit_ids} == {1}


async def test_two_who_take_them_all_at_once_share_them(infrastructure: Infrastructure) -> None:
    ada, *workers = some_people(5)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, volunteer=workers)
        series = await everybody.propose(ada, ada, everybody.pattern())
        shown = (await everybody.get(series, ada)).visits
        single = people.take(shown[40].visit_id, workers[0])
        all_at_once = (everybody.take(series, worker, shown) for worker in workers)
        results = await asyncio.gather(*all_at_once, single, return_exceptions=True)
        assert {type(result) for result in results[:4]} == {pb.TakeSeriesResponse}
        taken = [visit for result in results[:4] if isinstance(result, pb.TakeSeriesResponse) for visit in result.taken_visit_ids]
        assert len(taken) == len(set(taken))
        assert {visit.free_places for visit in (await everybody.get(series, ada)).visits} == {0}


async def test_a_repeat_of_the_request_proposes_and_takes_nothing_twice(infrastructure: Infrastructure) -> None:
    ada, wren = some_people(2)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, worker=[wren])
        request = pb.ProposeSeriesRequest(request_id=str(new_id()), person_id=str(ada), pattern=everybody.pattern(hour=9), workers=1)
        first = await call_service(everybody.stub.ProposeSeries, request, people.token(ada))
        assert await call_service(everybody.stub.ProposeSeries, request, people.token(ada)) == first
        assert len(await people.co_op.all_rows("scheduling", "visit")) == WEEKS_8
        shown = (await everybody.get(first.series_id, wren)).visits
        take = pb.TakeSeriesRequest(request_id=str(new_id()), series_id=first.series_id)
        take.visits.extend(pb.ShownVisit(visit_id=visit.visit_id, version=visit.version) for visit in shown[:3])
        taken = await call_service(everybody.stub.TakeSeries, take, people.token(wren))
        assert len(taken.taken_visit_ids) == 3
        assert await call_service(everybody.stub.TakeSeries, take, people.token(wren)) == taken


async def test_what_overlaps_is_said_before_a_yes_and_not_refused(infrastructure: Infrastructure) -> None:
    ada, bo = some_people(2)
    async with series_people(infrastructure) as everybody:
        people = everybody.people
        await people.form_team(ada, friend=[bo])
        single = await people.propose(ada, bo, people.at(2, 9.5))
        await everybody.propose(ada, ada, everybody.pattern(ahead=4, hour=9.5, last=6))
        preview = await everybody.preview(ada, ada, everybody.pattern())
        assert [number for number, visit in enumerate(preview, 1) if visit.overlaps] == [2, 4, 5, 6]
        await people.decline(single, ada)
        series = await everybody.propose(ada, bo, everybody.pattern())
        seen = await everybody.get(series, ada)
        assert [number for number, visit in enumerate(seen.proposed_visits, 1) if visit.overlaps] == [4, 5, 6]
        await everybody.agree(series, ada)
        assert len((await everybody.get(series, ada)).visits) == WEEKS_8
        # A series that begins when nothing is made yet overlaps with what the first will have then.
        ahead = await everybody.preview(ada, ada, everybody.pattern(ahead=100, hour=9.25))
        assert {visit.overlaps for visit in ahead} == {True}
        assert timedelta(days=55) < ahead[-1].starts_at.ToDatetime() - ahead[0].starts_at.ToDatetime() < timedelta(days=57)

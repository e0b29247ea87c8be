"""A worker comes to all visits of a series from now on, also to those that are made later."""

from collections.abc import Awaitable
from datetime import date, timedelta
from uuid import UUID

import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, NotAllowed, NotFound, Refusal
from tests.support.running_co_op import Infrastructure
from tests.support.series_people import SeriesPeople
from tests.support.visit_people import visit_people
from tests.support.worker_weeks import WorkerWeeks

MADE = 56
"""Days ahead for which visits are made."""


async def told(everybody: SeriesPeople) -> list[tuple[str, set[UUID]]]:
    events = await everybody.people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


async def all_refused(*attempts: tuple[Awaitable[object], type[Refusal], str]) -> None:
    for attempt, refusal, reason in attempts:
        with pytest.raises(refusal, match=reason):
            await attempt


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


async def who_comes(everybody: SeriesPeople, series: str, by: UUID) -> dict[int, UUID | None]:
    """By how many days ahead the visit is."""
    found = (await everybody.get(series, by)).visits
    workers = [UUID(visit.worker_ids[0]) if visit.worker_ids else None for visit in found]
    return dict(zip(everybody.days(found), workers, strict=True))


@pytest.mark.capability("S1")
async def test_visits_that_are_made_later_take_who_comes_to_all_of_them(infrastructure: Infrastructure) -> None:
    ada, wren, jo, bo, stranger = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        everybody, weeks = SeriesPeople(people), WorkerWeeks(people)
        await people.form_team(ada, volunteer=[wren, jo], friend=[bo])
        series = await everybody.propose(ada, ada, everybody.pattern(ahead=50))
        proposed = await everybody.propose(ada, bo, everybody.pattern(ahead=50, hour=15))
        await all_refused(
            (everybody.stand(series, stranger), NotFound, "SERIES_UNKNOWN"),
            (everybody.stand(series, bo), NotAllowed, "VISIT_FOR_WORKERS"),
            (everybody.stand(series, ada), FailedPrecondition, "NOT_IN_TEAM"),
            (everybody.stand(series, wren, version=1), Conflict, "VERSION_STALE"),
            (everybody.stand(proposed, wren), FailedPrecondition, "SERIES_NOT_AGREED"),
            (everybody.end_standing(series, wren, people.day(3)), FailedPrecondition, "STANDING_PLACE_NOT_YOURS"),
        )
        assert [(await everybody.get(series, by)).can_take_standing_place for by in (wren, jo, bo, ada)] == [True, True, False, False]

        # One is moved and not seen since: a yes to all of them is none to a time that is not theirs.
        shown = list((await everybody.get(series, wren)).visits)
        await people.move(shown[3].visit_id, ada, people.at(53, 20), 2)
        before = len(await told(everybody))
        result = await everybody.stand(series, wren, shown[:2] + shown[3:5])
        assert result.since == people.day(0).isoformat()
        assert {one.visit_id: one.reason for one in result.not_taken} == {shown[3].visit_id: "VERSION_STALE"}
        assert len(result.taken_visit_ids) == 6, "also those that the page did not show, at the times of the series"
        assert (await told(everybody))[before:] == [("standing_taken", {ada})]
        await all_refused(
            (everybody.stand(series, wren), AlreadyExists, "STANDING_PLACE_YOURS"),
            (everybody.stand(series, jo), FailedPrecondition, "STANDING_PLACES_TAKEN"),
        )
        found = await everybody.get(series, bo)
        assert [(UUID(one.worker_id), one.last_day) for one in found.standing_places] == [(wren, "")], "everybody in the team sees who"
        assert (found.can_take_standing_place, (await everybody.get(series, jo)).can_take_standing_place) == (False, False)

        assert list((await weeks.week(wren, monday_of(people.day(56)))).standing_series_ids) == [series]
        await everybody.run_job(5)
        assert {day: worker for day, worker in (await who_comes(everybody, series, ada)).items() if day > MADE} == dict.fromkeys(
            range(57, 62), wren
        )
        assert len(await told(everybody)) == before + 1, "what was said once is not said for each visit"

        await weeks.say_away(wren, people.day(63), people.day(65))
        await everybody.run_job(10)
        came = await who_comes(everybody, series, ada)
        assert [came[day] for day in range(62, 67)] == [wren, None, None, None, wren], "one that cannot be stops no other"
        assert (await told(everybody))[before + 1 :] == [("standing_refused", {wren}), ("standing_open", {ada})], "once for all of them"
        found = await everybody.get(series, wren)
        open_now = [visit.visit_id for visit in found.visits if visit.free_places and visit.visit_id != shown[3].visit_id]
        assert {one.visit_id: one.reason for one in found.not_yours} == dict.fromkeys(open_now, "WORKER_AWAY")
        assert [list((await everybody.get(series, by)).not_yours) for by in (ada, jo)] == [[], []], "why is the worker's alone"

        before = len(await told(everybody))
        assert await everybody.end_standing(series, wren, people.day(60), give_back=True) == 4
        assert (await told(everybody))[before:] == [("standing_ended", {ada})]
        came = await who_comes(everybody, series, ada)
        assert [came[day] for day in (58, 59, 60, 61, 62, 66)] == [wren, wren, None, None, None, None]
        assert (await everybody.stand(series, jo)).since == people.day(60).isoformat(), "after the last day of who came before"
        await everybody.run_job(12)
        came = await who_comes(everybody, series, ada)
        assert [came[day] for day in (59, 60, 63, 66, 67, 68)] == [wren, jo, jo, jo, jo, jo]

        await people.leave_team(ada, jo)
        await everybody.run_job(14)
        assert [(await who_comes(everybody, series, ada))[day] for day in (59, 68, 69, 70)] == [wren, None, None, None]
        await everybody.end(series, ada, people.day(55))
        assert (await told(everybody))[-1] == ("series_ended", {wren})
        events = await people.co_op.published_events("scheduling")
        kinds = (facts.StandingPlaceTaken, facts.StandingPlaceEnded)
        assert [event for event in events if isinstance(event, kinds)] == [
            facts.StandingPlaceTaken(series_id=series, worker_id=str(wren), since=people.day(0).isoformat()),
            facts.StandingPlaceEnded(series_id=series, worker_id=str(wren), from_day=people.day(60).isoformat(), why="ended"),
            facts.StandingPlaceTaken(series_id=series, worker_id=str(jo), since=people.day(60).isoformat()),
            facts.StandingPlaceEnded(series_id=series, worker_id=str(jo), from_day="", why="left_team"),
            facts.StandingPlaceEnded(series_id=series, worker_id=str(wren), from_day=people.day(55).isoformat(), why="series_ended"),
        ]

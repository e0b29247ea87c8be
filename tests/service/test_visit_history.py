"""My week costs what the week has in it, however many visits there have been: indexes are read, and no row of years ago."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from libs import callers
from libs.database.engine import Database, UnitOfWork, new_id
from libs.database.paging import PageRequest
from services.scheduling.queries.get_confirmed_visits import get_confirmed_visits
from services.scheduling.queries.get_continuity import get_continuity
from services.scheduling.queries.get_waiting import VisitsWaiting, get_waiting
from services.scheduling.queries.get_worker_week import get_worker_week
from services.scheduling.queries.list_visits import list_visits
from services.scheduling.storage import calendars
from tests.support.past_visits import add_past_visits
from tests.support.query_plans import planned
from tests.support.running_co_op import ZONE, Infrastructure
from tests.support.visit_people import VisitPeople, visit_people

PAIRS, PAST = 8, 2_500
"""Persons with a worker each, and visits of each pair: 20,000 in all."""
A_WEEKS_READING = 40
"""Rows of visits and places that all of it may read, of a week with one visit."""


async def show_my_week(work: UnitOfWork, me: UUID, monday: datetime) -> int:
    """What the pages of a week and of today ask, and the phone's calendar. How many visits there were."""
    page = PageRequest(50)
    found = [await list_visits(work, me, giving, monday, monday + timedelta(days=7), page) for giving in (False, True)]
    await get_worker_week(work, monday.date(), zone=ZONE)
    await get_confirmed_visits(work, me, monday.date(), 7)
    await calendars.list_visits(work, me)
    return sum(len(listed.items) for listed in found)


@pytest.mark.capability("S1")
async def test_my_week_reads_its_own_rows_and_none_of_years_ago(infrastructure: Infrastructure) -> None:
    persons, workers = [new_id() for _ in range(PAIRS)], [new_id() for _ in range(PAIRS)]
    async with visit_people(infrastructure) as people:
        await people.form_team(persons[0], worker=[workers[0]])
        await _add_past(people, persons, workers)
        today, now = people.day(0), people.co_op.now()
        next_week = 7 - today.weekday()
        await people.take(await people.propose(persons[0], persons[0], people.at(next_week + 1)), workers[0])
        monday = datetime(today.year, today.month, today.day, tzinfo=ZONE) + timedelta(days=next_week)
        database = Database(people.co_op.databases["scheduling"].run_url)
        try:
            for me in (persons[0], workers[0]):
                async with planned(database, callers.person(me), now) as (work, plans):
                    assert await show_my_week(work, me, monday) == 1
                    rows, scanned = await plans.read()
                assert not scanned & {"visit", "visit_place"}, "an index range, and no sequential scan"
                assert 0 < rows["visit"] + rows["visit_place"] < A_WEEKS_READING, rows
            async with planned(database, callers.person(persons[0]), now) as (work, plans):
                [(_, visits)] = (await get_continuity(work, persons[0])).workers
                rows, _ = await plans.read()
            assert visits <= rows["visit_place"] < 2 * visits, "who came in the last weeks is read from those weeks"
            async with planned(database, callers.person(persons[0]), now) as (work, plans):
                assert (await get_waiting(work, zone=ZONE)).visits == VisitsWaiting()
                assert len(plans.statements) == 1, "where nothing waits, Home asks once"
                rows, _ = await plans.read()
            assert rows["visit"] < A_WEEKS_READING, rows
        finally:
            await database.close()


async def _add_past(people: VisitPeople, persons: list[UUID], workers: list[UUID]) -> None:
    teams = [UUID(people.teams[persons[0]]), *(new_id() for _ in persons[1:])]
    # A calendar also holds those of the last 30 days.
    before = people.co_op.now() - timedelta(days=60)
    await add_past_visits(people.co_op.databases["scheduling"], persons, teams, workers, before, PAST)

"""Gathers what a draft of a week is made of, of all visits and workers in it. For the process that makes drafts, which sees all rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from services.scheduling.domain import continuity
from services.scheduling.domain.draft_inputs import WeekFacts
from services.scheduling.domain.visit import COMES_AS, Visit
from services.scheduling.domain.ways import Ways
from services.scheduling.domain.week_draft import WeekDraft
from services.scheduling.storage import draft_choices, teams, visit_places, worker_facts
from services.scheduling.storage.tables import visit, visit_place
from services.scheduling.storage.visits import TAKES_PLACE, to_visit

_TO_PLAN = (
    select(visit)
    .where(among(visit.c.person, "persons"), visit.c.state.in_(TAKES_PLACE), visit.c.starts > bindparam("now", type_=MOMENT))
    .where(visit.c.day >= bindparam("first"), visit.c.day < bindparam("end"))
    .order_by(visit.c.starts, visit.c.id)
)
_ELSEWHERE = (
    select(visit_place.c.worker, func.sum(func.extract("epoch", visit_place.c.ends - visit_place.c.starts)).label("seconds"))
    .join(visit, visit.c.id == visit_place.c.visit)
    .where(among(visit_place.c.worker, "workers"), visit_place.c.coming, ~among(visit.c.id, "visits"))
    .where(visit.c.day >= bindparam("first"), visit.c.day < bindparam("end"))
    .group_by(visit_place.c.worker)
)


async def list_to_plan(work: UnitOfWork, persons: Collection[UUID], monday: date) -> list[Visit]:
    """Visits to them in that week that take place and have not started, as far as the transaction sees."""
    values = {"persons": list(persons), "now": work.now, "first": monday, "end": monday + timedelta(weeks=1)}
    return list(map(to_visit, await work.connection.execute(_TO_PLAN, values)))


async def list_persons(work: UnitOfWork, draft: WeekDraft) -> list[UUID]:
    """To whom the visits of a draft are."""
    if not draft.together:
        return [draft.planner]
    return [choice.person for choice in await draft_choices.list_together(work)]


async def list_workers(work: UnitOfWork, visits: Sequence[Visit]) -> Mapping[UUID, Sequence[UUID]]:
    """The workers and volunteers of each team of these visits, in the order in which they joined."""
    return {
        team: [member.person for member in await teams.list_members(work, team) if member.kind in COMES_AS]
        for team in dict.fromkeys(visit.team for visit in visits)
    }


async def load(work: UnitOfWork, draft: WeekDraft, ways: Ways, persons_of: Collection[UUID] | None = None) -> WeekFacts:
    """`persons_of` narrows it to visits to these."""
    of_draft = await list_persons(work, draft)
    wanted = of_draft if persons_of is None else [person for person in of_draft if person in persons_of]
    visits = await list_to_plan(work, wanted, draft.monday)
    teams_workers = await list_workers(work, visits)
    coming = await visit_places.list_workers_of(work, [visit.id for visit in visits])
    persons = dict.fromkeys(visit.person for visit in visits)
    own = {person: await draft_choices.find_person(work, person) for person in persons}
    known = {person: dict(await visit_places.count_by_worker(work, person, work.now - continuity.PERIOD, work.now)) for person in persons}
    choices = await draft_choices.list_workers(work, {worker for workers in teams_workers.values() for worker in workers})
    return WeekFacts(
        draft.monday,
        work.now,
        visits,
        coming,
        choices,
        {visit.id: await worker_facts.load(work, visit, teams_workers[visit.team]) for visit in visits},
        frozenset(person for person, choice in own.items() if choice and choice.may_change),
        known,
        await _minutes_elsewhere(work, draft.monday, visits, choices),
        {person: choice.district for person, choice in own.items() if choice and choice.district},
        ways,
        draft.absent,
    )


async def _minutes_elsewhere(work: UnitOfWork, monday: date, visits: Sequence[Visit], workers: Collection[UUID]) -> Mapping[UUID, int]:
    values = {
        "workers": list(workers),
        "visits": [visit.id for visit in visits],
        "first": monday,
        "end": monday + timedelta(weeks=1),
    }
    return {row.worker: int(row.seconds) // 60 for row in await work.connection.execute(_ELSEWHERE, values)}

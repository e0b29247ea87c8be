"""Gathers what decides whether workers can come to a visit (`domain/taking.py`), of all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from libs.access import held_credentials
from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.rulebook.credentials import Gate
from libs.rulebook.readiness import missing_credentials
from libs.rulebook.working_time import WorkingTimeRules
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.taking import WorkerFacts, WorkerPlace, counts_as_employed
from services.scheduling.domain.terms import agreed_on
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.worker_hours import Times, kept_in_view
from services.scheduling.storage import away, engagements, opt_outs, task_grants, teams, visit_places, visit_sharers, working_time_rules
from services.scheduling.storage.tables import visit as visit_table
from services.scheduling.storage.tables import visit_place

_OTHERS = (among(visit_place.c.worker, "workers"), visit_place.c.coming, visit_place.c.visit != bindparam("of"))
_ELSEWHERE = select(visit_place.c.worker).where(
    *_OTHERS, visit_place.c.starts < bindparam("end", type_=MOMENT), visit_place.c.ends > bindparam("begin", type_=MOMENT)
)
_PAID_TIMES = (
    select(visit_place.c.worker, visit_place.c.starts, visit_place.c.ends, visit_table.c.day)
    .join(visit_table, visit_table.c.id == visit_place.c.visit)
    .where(
        *_OTHERS,
        visit_place.c.paid,
        visit_place.c.starts >= bindparam("begin", type_=MOMENT),
        visit_place.c.starts <= bindparam("end", type_=MOMENT),
    )
)


async def load(work: UnitOfWork, visit: Visit, workers: Collection[UUID]) -> Mapping[UUID, WorkerFacts]:
    """Of each of `workers`, also where the caller may not know it: what leaves the service of others is yes or no alone."""
    async with all_rows(work):
        coming = await visit_places.list_workers(work, visit.id)
    return await load_rest(work, visit, await load_places(work, visit, workers, coming))


async def load_places(work: UnitOfWork, visit: Visit, workers: Collection[UUID], coming: Collection[UUID]) -> Mapping[UUID, WorkerPlace]:
    """Where each of `workers` stands, when `coming` are all who come."""
    members = {member.person: member for member in await teams.list_members(work, visit.team) if member.person in workers}
    async with all_rows(work):
        shared = await visit_sharers.find(work, visit.id)
        in_both = await visit_sharers.workers_in_both(work, visit.person, shared.sharer) if shared else set(workers)
    return {
        worker: WorkerPlace(member.kind if member else "", member.joined_at if member else None, worker in coming, worker in in_both)
        for worker, member in ((worker, members.get(worker)) for worker in workers)
    }


async def load_rest(work: UnitOfWork, visit: Visit, places: Mapping[UUID, WorkerPlace]) -> Mapping[UUID, WorkerFacts]:
    """All that decides, of workers who stand there."""
    members = [worker for worker, place in places.items() if place.kind]
    missing = await _missing(work, visit, [worker for worker in members if places[worker].paid])
    tasks_missing = await task_grants.missing_at(work, visit, members)
    async with all_rows(work):
        is_away = await away.who_is_away(work, members, visit.starts, visit.ends)
        rules = await working_time_rules.get(work)
        engaged = await engagements.list_of(work, members)
        times = await _paid_times(work, rules, visit, members, engaged)
        opted_out = await opt_outs.list_of(work, members)
        values = {"workers": members, "of": visit.id, "begin": visit.starts, "end": visit.ends}
        elsewhere = set((await work.connection.execute(_ELSEWHERE, values)).scalars())
    return {
        worker: WorkerFacts(
            place.kind,
            place.joined_at,
            place.comes,
            place.in_both,
            missing.get(worker, ()),
            tasks_missing.get(worker, ()),
            worker in is_away,
            worker in elsewhere,
            times[worker],
            _works_as(visit.day, engaged.get(worker, ())),
            rules,
            [(each.first_day, each.last_day) for each in opted_out.get(worker, ())],
        )
        for worker, place in places.items()
    }


async def _missing(work: UnitOfWork, visit: Visit, paid: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    rules, held = await held_credentials.get_rules(work), await held_credentials.list_of_many(work, paid)
    return {worker: missing_credentials(Gate.VISITS, rules, held[worker], visit.day) for worker in paid}


async def _paid_times(
    work: UnitOfWork,
    rules: WorkingTimeRules,
    visit: Visit,
    workers: Collection[UUID],
    engaged: Mapping[UUID, Sequence[EngagementTerms]],
) -> Mapping[UUID, Sequence[Times]]:
    """Of days on which they count as employed: what they do on other days is no working time."""
    in_view = kept_in_view(rules)
    values = {"workers": list(workers), "of": visit.id, "begin": visit.starts - in_view, "end": visit.starts + in_view}
    times: defaultdict[UUID, list[Times]] = defaultdict(list)
    for row in await work.connection.execute(_PAID_TIMES, values):
        if counts_as_employed(_works_as(row.day, engaged.get(row.worker, ()))):
            times[row.worker].append((row.starts, row.ends))
    return times


def _works_as(day: date, engaged: Sequence[EngagementTerms]) -> Engagement | None:
    terms = agreed_on(day, engaged)
    return terms.kind if terms else None

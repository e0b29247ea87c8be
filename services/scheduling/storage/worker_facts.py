"""Gathers what decides whether workers can come to a visit (`domain/taking.py`), of all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select

from libs.access import held_credentials
from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.rulebook.credentials import Gate
from libs.rulebook.readiness import missing_credentials
from services.scheduling.domain.taking import WorkerFacts
from services.scheduling.domain.terms import agreed_on
from services.scheduling.domain.visit import PAID, Visit
from services.scheduling.domain.worker_hours import KEPT_IN_VIEW, Times
from services.scheduling.storage import away, engagements, task_grants, teams, visit_places, visit_sharers
from services.scheduling.storage.tables import visit_place

_OTHERS = (among(visit_place.c.worker, "workers"), visit_place.c.coming, visit_place.c.visit != bindparam("of"))
_ELSEWHERE = select(visit_place.c.worker).where(
    *_OTHERS, visit_place.c.starts < bindparam("end", type_=MOMENT), visit_place.c.ends > bindparam("begin", type_=MOMENT)
)
_PAID_TIMES = select(visit_place.c.worker, visit_place.c.starts, visit_place.c.ends).where(
    *_OTHERS,
    visit_place.c.paid,
    visit_place.c.starts >= bindparam("begin", type_=MOMENT),
    visit_place.c.starts <= bindparam("end", type_=MOMENT),
)


async def load(work: UnitOfWork, visit: Visit, workers: Collection[UUID]) -> Mapping[UUID, WorkerFacts]:
    """Of each of `workers`, also where the caller may not know it: what leaves the service of others is yes or no alone."""
    members = {member.person: member for member in await teams.list_members(work, visit.team) if member.person in workers}
    missing = await _missing(work, visit, [worker for worker, member in members.items() if member.kind == PAID])
    tasks_missing = await task_grants.missing_at(work, visit, list(members))
    async with all_rows(work):
        shared = await visit_sharers.find(work, visit.id)
        in_both = await visit_sharers.workers_in_both(work, visit.person, shared.sharer) if shared else set(workers)
        coming = set(await visit_places.list_workers(work, visit.id))
        is_away = await away.who_is_away(work, members, visit.starts, visit.ends)
        times = await _paid_times(work, visit, members)
        engaged = await engagements.list_of(work, members)
        values = {"workers": list(members), "of": visit.id, "begin": visit.starts, "end": visit.ends}
        elsewhere = set((await work.connection.execute(_ELSEWHERE, values)).scalars())
    return {
        worker: WorkerFacts(
            member.kind if member else "",
            member.joined_at if member else None,
            worker in coming,
            missing.get(worker, ()),
            tasks_missing.get(worker, ()),
            worker in is_away,
            worker in elsewhere,
            times[worker],
            terms.kind if (terms := agreed_on(visit.day, engaged.get(worker, ()))) else None,
            worker in in_both,
        )
        for worker, member in ((worker, members.get(worker)) for worker in workers)
    }


async def _missing(work: UnitOfWork, visit: Visit, paid: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
    rules, held = await held_credentials.get_rules(work), await held_credentials.list_of_many(work, paid)
    return {worker: missing_credentials(Gate.VISITS, rules, held[worker], visit.day) for worker in paid}


async def _paid_times(work: UnitOfWork, visit: Visit, workers: Collection[UUID]) -> Mapping[UUID, Sequence[Times]]:
    values = {"workers": list(workers), "of": visit.id, "begin": visit.starts - KEPT_IN_VIEW, "end": visit.starts + KEPT_IN_VIEW}
    times: defaultdict[UUID, list[Times]] = defaultdict(list)
    for row in await work.connection.execute(_PAID_TIMES, values):
        times[row.worker].append((row.starts, row.ends))
    return times

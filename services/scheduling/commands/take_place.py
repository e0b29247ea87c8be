"""All that a worker's yes to a visit depends on: the same rules wherever somebody takes one."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.scheduling.domain.rest_reason import PassedRules, SaidReason
from services.scheduling.domain.taking import reasons_against, require_place, rules_passed
from services.scheduling.domain.visit import Visit, require_version
from services.scheduling.storage import events_out, rest_reasons, visit_places, worker_facts
from services.scheduling.storage.visit_places import VisitPlace


async def take_place(
    work: UnitOfWork, visit: Visit, worker: UUID, shown: int, said: SaidReason | None = None, *, zone: ZoneInfo, said_before: bool = False
) -> VisitPlace:
    """The worker comes to the visit from now on. Both are locked, the visit first; `shown` is the version that the worker saw, `said` their
    own word why they come although a rule of working time is not kept. One that they `said_before` may have become needless since.

    Raises the first of `reasons_against`, Conflict VERSION_STALE, Invalid REST_REASON_NOT_NEEDED, and AlreadyExists WORKER_ELSEWHERE.
    """
    coming = await visit_places.list_workers(work, visit.id)
    taken, places = len(coming), await worker_facts.load_places(work, visit, [worker], coming)
    # Of fifty who take it at once, those who do not get it hear so by this: what else decides is looked up for the first of them.
    require_place(visit, taken, places[worker], work.now)
    facts = (await worker_facts.load_rest(work, visit, places))[worker]
    if against := reasons_against(zone, visit, taken, facts, work.now, said):
        raise against[0]
    require_version(visit, shown)
    rules = tuple(rules_passed(zone, visit, facts, said)) if said else ()
    if said and not rules and not said_before:
        raise invalid("rest_reason", "REST_REASON_NOT_NEEDED")
    passed = PassedRules(visit.id, worker, said.key, rules, work.now) if said and rules else None
    times, joined_at = (visit.starts, visit.ends), facts.joined_at or work.now
    place = VisitPlace(visit.id, worker, visit.person, visit.team, *times, facts.paid, coming=True, joined_at=joined_at, taken_at=work.now)
    await visit_places.take(work, place)
    await rest_reasons.replace(work, visit.id, worker, passed)
    await events_out.visit_taken(work, place, passed.reason if passed else "")
    return place

"""Who of the team could come to a visit: one list, in which everybody reads the same of others, and each worker why they cannot themselves.

Of somebody who cannot come, others read no more than that, whatever the reason: where a worker is, when they rest, which papers they have
and whether they are away is theirs (ADR 58).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound, Refusal
from services.scheduling.domain.taking import reasons_against
from services.scheduling.domain.visit import COMES_AS, SCOPE, require_free_place
from services.scheduling.storage import asked_workers, teams, visit_places, visits, worker_facts


@dataclass(frozen=True)
class Candidate:
    """Somebody of the team; `own_reasons` are for themselves alone."""

    worker: UUID
    can_come: bool
    comes: bool
    asked: bool
    own_reasons: Sequence[Refusal]


@dataclass(frozen=True)
class WhoCould:
    """`version` is the visit's."""

    version: int
    candidates: Sequence[Candidate]


async def get_who_could(work: UnitOfWork, visit_id: UUID, *, zone: ZoneInfo) -> WhoCould:
    """First who can come, each in the order in which they joined the team. For those in the team, the person, and who acts for them.

    Raises NotFound VISIT_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, and what `require_free_place` raises.
    """
    principal = await acting.require_principal(work, SCOPE)
    visit = await visits.get(work, visit_id)
    members = await teams.list_members(work, visit.team)
    if principal != visit.person and principal not in {member.person for member in members}:
        raise NotFound("VISIT_UNKNOWN")
    coming = await visit_places.list_workers(work, visit.id)
    require_free_place(visit, len(coming), work.now)
    workers = [member.person for member in members if member.kind in COMES_AS]
    facts = await worker_facts.load(work, visit, workers)
    asked = await asked_workers.list_asked(work, visit.id, visit.starts)
    reader = None if work.caller.acting_for else work.caller.person
    candidates = []
    for worker in workers:
        against = reasons_against(zone, visit, len(coming), facts[worker], work.now)
        own = against if worker == reader else []
        candidates.append(Candidate(worker, not against, facts[worker].comes, worker in asked, own))
    await audit.record_read(work, "visit", "view", visit.person)
    await audit.record_read(work, "who could come", "list", *workers)
    return WhoCould(visit.version, sorted(candidates, key=lambda each: not each.can_come))

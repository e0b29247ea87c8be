"""A worker says beforehand why they would come to a visit although a rule of working time is not kept: to a draft, or with an offer.

They are asked while they can answer. What counts is looked at again when they come to have the visit, by whatever is so then.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.scheduling.domain.rest_reason import PassedRules, SaidReason
from services.scheduling.domain.taking import rules_passed
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.worker_hours import Times
from services.scheduling.storage import rest_reasons, worker_facts


async def say_rest_reason(
    work: UnitOfWork,
    visit: Visit,
    worker: UUID,
    said: SaidReason | None,
    *,
    zone: ZoneInfo,
    besides: Sequence[Times] = (),
    without: Sequence[Times] = (),
) -> None:
    """`besides` are visits that they would take too, `without` those that they would give away for it. Without a word, the one before goes.

    Raises what `require_rest` raises, and Invalid REST_REASON_NOT_NEEDED. A visit at the time of another is nobody's rest: refused later.
    """
    facts = (await worker_facts.load(work, visit, [worker]))[worker]
    times = [*(each for each in facts.paid_times if each not in without), *besides]
    is_free = not any(starts < visit.ends and visit.starts < ends for starts, ends in times)
    rules = rules_passed(zone, visit, replace(facts, paid_times=times), said) if is_free else []
    if said and not rules:
        raise invalid("rest_reason", "REST_REASON_NOT_NEEDED")
    passed = PassedRules(visit.id, worker, said.key, tuple(rules), work.now) if said else None
    await rest_reasons.replace(work, visit.id, worker, passed)

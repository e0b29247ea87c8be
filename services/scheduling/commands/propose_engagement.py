"""A worker, or a secretary for the co-op, proposes how the worker works from a day on. It counts once the other side says yes."""

from datetime import date
from uuid import UUID

from kith.scheduling.v1.enums import EngagementKind, TermsState
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.engagement import EngagementTerms, require_amounts
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.terms import require_days
from services.scheduling.storage import engagements
from services.scheduling.storage.money_access import require_worker_or_secretary


async def propose_engagement(
    work: UnitOfWork, worker: UUID, kind: EngagementKind, amounts: tuple[int, int], first_day: date | None, last_day: date | None
) -> UUID:
    """`amounts` are rate and wage. Raises NotAllowed PERSON_NEEDED or NOT_YOURS, and what `require_days` and `require_amounts` raise."""
    caller = await require_worker_or_secretary(work, worker)
    works_as, first = Engagement(kind.value), require_days(first_day, last_day)
    require_amounts(works_as, *amounts)
    rate, wage = amounts
    terms = EngagementTerms(work.new_id(), worker, works_as, rate, wage, first, last_day, TermsState.PROPOSED, caller, work.now)
    await engagements.add(work, terms)
    if terms.from_worker:
        await tell_of_money(work, Notice.ENGAGEMENT_FROM_WORKER, worker, await hats.list_wearers(work, hats.SECRETARY))
    else:
        await tell_of_money(work, Notice.ENGAGEMENT_PROPOSED, terms.id, {worker})
    return terms.id

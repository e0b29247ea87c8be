"""How a worker works and worked: for them, and for a secretary."""

from collections.abc import Sequence
from uuid import UUID

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.storage import engagements
from services.scheduling.storage.money_access import require_worker_or_secretary


async def get_engagements(work: UnitOfWork, worker: UUID) -> Sequence[EngagementTerms]:
    """The latest first day first. Raises NotAllowed PERSON_NEEDED or NOT_YOURS."""
    await require_worker_or_secretary(work, worker)
    await audit.record_read(work, "engagement", "view", worker)
    return (await engagements.list_of(work, {worker})).get(worker, [])

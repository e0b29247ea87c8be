"""Whether what is written about visits to a person confirms itself after some days."""

from datetime import datetime
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import timed_confirmations


async def get_timed_confirmation(work: UnitOfWork, person: UUID) -> tuple[datetime | None, int]:
    """Since when, if they agreed to it, and after how many days by the rulebook.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    agreed = await timed_confirmations.find(work, person)
    return agreed.since if agreed else None, (await timed_confirmations.get_rules(work)).confirm_after_days

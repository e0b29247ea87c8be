"""A person says whether what is written about visits to them may confirm itself after some days; by default it may not."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import timed_confirmations, visit_records
from services.scheduling.storage.timed_confirmations import TimedConfirmation


async def set_timed_confirmation(work: UnitOfWork, person: UUID, agreed: bool) -> None:  # noqa: FBT001 - a field of the request
    """It counts for what is written from now on; taking it back stops every timer that runs.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    caller = await acting.require_self_or_acting(work, person, SCOPE)
    if agreed:
        await timed_confirmations.agree(work, TimedConfirmation(person, caller, work.now))
    else:
        await timed_confirmations.take_back(work, person)
        await visit_records.stop_timers(work, person)

"""Who calls about a concern: one of the two, or who acts for the person whose team it is. Nobody speaks for both."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.matching.domain.concern import Concern
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import concerns


async def open_own(work: UnitOfWork, concern_id: UUID) -> tuple[Concern, UUID]:
    """The concern, locked, and the one of the two in whose name somebody calls.

    Raises NotFound CONCERN_UNKNOWN, also where row-level security hides it, NotAllowed NOT_YOURS for who is beside the two, PERSON_NEEDED,
    ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    principal = await acting.require_principal(work, SCOPE)
    concern = await concerns.get(work, concern_id)
    if principal not in concern.two:
        raise NotAllowed("NOT_YOURS")
    return concern, principal

"""Who may look at what is somebody's on one side: as the one who looks for support, or as the one who gives it.

A worker who acts for a person is not shown that person's side of what is between the two: what they said is private to it.
"""

from uuid import UUID

from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.matching.domain.introduction import Side
from services.matching.domain.support_profile import SCOPE


async def require_own_side(work: UnitOfWork, person: UUID, side: Side) -> None:
    """For a look at what is `person`'s on that side. Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.

    Nobody acts for who gives support.
    """
    if side is Side.PERSON:
        await acting.require_self_or_acting(work, person, SCOPE)
    elif await hats.require_person(work) != person or work.caller.acting_for is not None:
        raise NotAllowed("NOT_YOURS")


def acts_for_other_side(work: UnitOfWork, worker: UUID) -> bool:
    """Whether somebody who acts for the person is this worker themselves."""
    return work.caller.acting_for is not None and work.caller.person == worker

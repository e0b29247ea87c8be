"""Who may see and change what of money: what its commands and queries begin with."""

from uuid import UUID

from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.scheduling.domain.funding import SCOPE


async def require_secretary(work: UnitOfWork) -> UUID:
    """Who wears the hat. Raises NotAllowed HAT_NEEDED or PERSON_NEEDED."""
    return await hats.require_person(work, hats.SECRETARY)


async def require_payer_or_secretary(work: UnitOfWork, person: UUID) -> UUID:
    """The person who pays, who acts for them in `money`, or a secretary, and who of them it is.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    if work.caller.acting_for is None and await hats.wears(work, hats.SECRETARY):
        return await hats.require_person(work)
    return await acting.require_self_or_acting(work, person, SCOPE)


async def require_worker_or_secretary(work: UnitOfWork, worker: UUID) -> UUID:
    """Raises NotAllowed PERSON_NEEDED or NOT_YOURS."""
    caller = await hats.require_person(work)
    if caller != worker and not await hats.wears(work, hats.SECRETARY):
        raise NotAllowed("NOT_YOURS")
    return caller


async def require_other_side(work: UnitOfWork, worker: UUID, *, from_worker: bool) -> UUID:
    """Who answers what one side proposed: the worker, or a secretary who is somebody else.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, HAT_NEEDED or OTHER_SIDE_ANSWERS.
    """
    caller = await hats.require_person(work)
    if not from_worker:
        if caller != worker:
            raise NotAllowed("NOT_YOURS")
        return caller
    if caller == worker:
        raise NotAllowed("OTHER_SIDE_ANSWERS")
    return await require_secretary(work)

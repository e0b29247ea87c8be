"""Which side of a pair somebody calls for."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, invalid
from services.matching.domain.introduction import Side
from services.matching.domain.support_profile import SCOPE


@dataclass(frozen=True)
class Pair:
    """Who looks for support, and who gives it."""

    person: UUID
    worker: UUID

    def of(self, side: Side) -> UUID:
        return self.person if side is Side.PERSON else self.worker


async def require_side(work: UnitOfWork, pair: Pair) -> Side:
    """The side of the person, for them and for who acts for them in `team`, or of the worker, for them alone.

    Nobody is on both sides: a worker who acts for the person speaks for neither while they act.

    Raises Invalid SAME_PERSON, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    if pair.person == pair.worker:
        raise invalid("worker_id", "SAME_PERSON")
    caller = work.caller
    if caller.acting_for is None and caller.person == pair.worker:
        return Side.WORKER
    if caller.acting_for == pair.worker or (caller.acting_for is not None and caller.person == pair.worker):
        raise NotAllowed("NOT_YOURS")
    await acting.require_self_or_acting(work, pair.person, SCOPE)
    return Side.PERSON

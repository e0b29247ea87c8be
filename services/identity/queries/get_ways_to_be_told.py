"""How a person wants to be told: for themselves, or for somebody who acts for them in `notices`."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.identity.domain.ways_to_be_told import SCOPE, WaysToBeTold
from services.identity.storage import persons, ways_to_be_told


@dataclass(frozen=True)
class OwnWays:
    """The choice, and what there is to choose from. Contact details are not seen by those who act for the person."""

    ways: WaysToBeTold
    helpers: tuple[UUID, ...]
    has_email: bool
    has_phone: bool


async def get_ways_to_be_told(work: UnitOfWork, person: UUID) -> OwnWays:
    """Raises NotAllowed NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_self_or_acting(work, person, SCOPE)
    record = await persons.get_record(work, person) if work.caller.acting_for is None else None
    helpers = tuple(sorted(await ways_to_be_told.list_helpers(work, person)))
    ways = await ways_to_be_told.find(work, person)
    return OwnWays(ways, helpers, bool(record and record.email), bool(record and record.phone))

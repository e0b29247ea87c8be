"""A person gets an office of the co-op."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import AlreadyDone, NotFound, invalid
from services.identity.commands.founding import require_secretary_or_founder
from services.identity.storage import facts_out, offices, persons


async def give_hat(work: Work, person: UUID, hat: str) -> None:
    """Raises Invalid HAT_UNKNOWN, NotFound PERSON_UNKNOWN, AlreadyDone HAT_WORN, NotAllowed."""
    await require_secretary_or_founder(work)
    if hat not in hats.HATS:
        raise invalid("hat", "HAT_UNKNOWN")
    if not await persons.is_there(work, person):
        raise NotFound("PERSON_UNKNOWN")
    if person in await offices.wearers(work, hat):
        raise AlreadyDone("HAT_WORN", hat=hat)
    await hats.give(work, person, hat)
    await facts_out.hat_given(work, person, hat)

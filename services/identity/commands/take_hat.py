"""An office of the co-op is taken back. The last secretary's cannot be: nobody could give it again."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotFound, NotNow, invalid
from services.identity.storage import facts_out, offices


async def take_hat(work: Work, person: UUID, hat: str) -> None:
    """Raises Invalid HAT_UNKNOWN, NotFound HAT_NOT_WORN, NotNow LAST_SECRETARY, NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    if hat not in hats.HATS:
        raise invalid("hat", "HAT_UNKNOWN")
    wearers = await offices.wearers(work, hat)
    if person not in wearers:
        raise NotFound("HAT_NOT_WORN", hat=hat)
    if hat == hats.SECRETARY and wearers == [person]:
        raise NotNow("LAST_SECRETARY")
    await hats.take(work, person, hat)
    await facts_out.hat_taken(work, person, hat)

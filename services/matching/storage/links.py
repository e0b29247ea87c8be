"""Who is the co-op's Link: the rulebook in force says which hat makes somebody one, and a projection of identity's hats who wears it."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.matching.storage import projections


async def list_links(work: UnitOfWork) -> list[UUID]:
    return await hats.list_wearers(work, await _hat(work))


async def require_link(work: UnitOfWork) -> UUID:
    """The Link who calls. Row-level security opens pairs of peers, and what was agreed about asks, to the same hat.

    Raises NotAllowed HAT_NEEDED or PERSON_NEEDED.
    """
    return await hats.require_person(work, await _hat(work))


async def _hat(work: UnitOfWork) -> str:
    return (await projections.get_matching_rules(work)).link.value

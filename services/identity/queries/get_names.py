"""Names for a page, many at once. Whoever is signed in may see what their fellow members are called."""

from collections.abc import Sequence
from uuid import UUID

from libs.database.engine import Work
from libs.refusals import invalid
from services.identity.storage import persons

MOST_NAMES = 200


async def get_names(work: Work, ids: Sequence[UUID]) -> list[persons.Name]:
    """Ids nobody has are left out. Raises Invalid TOO_MANY_IDS."""
    if len(ids) > MOST_NAMES:
        raise invalid("person_ids", "TOO_MANY_IDS", at_most=str(MOST_NAMES))
    return await persons.names(work, ids)

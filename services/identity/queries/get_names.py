"""Names of many persons at once, for a page. Everybody who is signed in may see their fellow members' names."""

from collections.abc import Sequence
from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.identity.storage import persons

MAX_NAMES = 200


async def get_names(work: UnitOfWork, ids: Sequence[UUID]) -> list[persons.PersonName]:
    """Unknown ids are left out. Raises Invalid TOO_MANY_IDS."""
    if len(ids) > MAX_NAMES:
        raise invalid("person_ids", "TOO_MANY_IDS", at_most=str(MAX_NAMES))
    return await persons.get_names(work, ids)

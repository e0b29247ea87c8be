"""For whom the caller may act now, and in what."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.identity.storage import acting_rights
from services.identity.storage.acting_rights import LiveRight


async def get_acting_rights(work: UnitOfWork) -> list[LiveRight]:
    """While they act for somebody: for that person only. Raises NotAllowed PERSON_NEEDED, ACTING_ENDED."""
    rights = await acting_rights.live_rights(work, await hats.require_person(work))
    if work.caller.acting_for is None:
        return rights
    own = [right for right in rights if right.subject == work.caller.acting_for]
    if not own:
        raise NotAllowed("ACTING_ENDED")
    return own

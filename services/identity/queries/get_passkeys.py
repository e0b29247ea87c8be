"""The caller's own passkeys."""

from collections.abc import Sequence

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.identity.domain.passkey import Passkey
from services.identity.storage import passkeys


async def get_passkeys(work: UnitOfWork) -> Sequence[Passkey]:
    """The oldest first, ten at most. Raises NotAllowed PERSON_NEEDED."""
    return await passkeys.list_of(work, await hats.require_person(work))

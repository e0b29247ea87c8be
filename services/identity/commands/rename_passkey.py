"""Gives one of the caller's passkeys another name."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.domain.passkey import parse_name
from services.identity.storage import passkeys


async def rename_passkey(work: UnitOfWork, passkey: UUID, typed_name: str) -> None:
    """The name is shortened of spaces around it.

    Raises NotAllowed PERSON_NEEDED or NOT_WHILE_HELPED, NotSignedIn SESSION_ENDED, Invalid PASSKEY_NAME_LONG, NotFound PASSKEY_UNKNOWN.
    """
    person = await hats.require_person(work)
    require_unhelped(work)
    await require_caller_session(work)
    if not await passkeys.rename(work, person, passkey, parse_name(typed_name)):
        raise NotFound("PASSKEY_UNKNOWN")

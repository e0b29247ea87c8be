"""A person sets their own password; sessions begun with the old one end, but for the one that asks."""

from libs.callers import Strength
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.identity.domain.password import chosen
from services.identity.storage import passwords, persons, sessions
from services.identity.storage.passwords import Passwords


async def set_password(work: Work, typed: str, hasher: Passwords) -> None:
    """Raises Invalid PASSWORD_TOO_SHORT or PASSWORD_TOO_LONG, NotAllowed PERSON_UNKNOWN."""
    person = work.caller.person
    if person is None or not await persons.is_there(work, person):
        raise NotAllowed("PERSON_UNKNOWN")
    await passwords.keep(work, person, await hasher.hashed(chosen(typed)))
    await sessions.end_all(work, person, (Strength.PASSWORD,))

"""Sets the caller's own password and ends their other sessions that were started with the old one."""

from libs.callers import AuthenticationStrength
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.identity.domain.password import normalise_new_password
from services.identity.storage import passwords, persons, sessions
from services.identity.storage.passwords import Argon2Hasher


async def set_password(work: UnitOfWork, typed: str, password_hasher: Argon2Hasher) -> None:
    """Raises Invalid PASSWORD_TOO_SHORT or PASSWORD_TOO_LONG, NotAllowed PERSON_UNKNOWN."""
    person = work.caller.person
    if person is None or not await persons.exists(work, person):
        raise NotAllowed("PERSON_UNKNOWN")
    await passwords.save(work, person, await password_hasher.hash(normalise_new_password(typed)))
    await sessions.end_other_sessions(work, person, (AuthenticationStrength.PASSWORD,))

"""A session asks for the next five minutes, perhaps with a hat."""

from dataclasses import dataclass
from uuid import UUID

from libs import callers
from libs.callers import Caller, Strength, Via
from libs.database.engine import Work
from libs.refusals import NotAllowed, NotSignedIn
from services.identity.commands.sign_in import SESSION_KEY
from services.identity.domain.seal import Seal
from services.identity.domain.session import Session
from services.identity.storage import offices, sessions

RENEW_TOKEN = callers.job("renew_token")


@dataclass(frozen=True)
class Renewed:
    """Who the new token speaks of, and every hat they have now."""

    caller: Caller
    hats: tuple[str, ...]


async def renew_token(work: Work, session: UUID, key: str, hat: str, via: Via, seal: Seal) -> Renewed:
    """Raises NotSignedIn SESSION_ENDED, or NotAllowed HAT_NEEDED for a hat the person does not have."""
    found = await live_session(work, session, key, seal)
    worn = await offices.of(work, found.person)
    if hat and hat not in worn:
        raise NotAllowed("HAT_NEEDED", hat=hat)
    return Renewed(callers.person(found.person, session=found.id, hat=hat, via=via, strength=Strength(found.strength)), worn)


async def live_session(work: Work, session: UUID, key: str, seal: Seal) -> Session:
    """The session this key opens. Raises NotSignedIn SESSION_ENDED for every reason there is."""
    found = await sessions.find(work, session)
    if found is None or not seal.fits(SESSION_KEY, key, found.key_mark) or not found.live(work.now):
        raise NotSignedIn("SESSION_ENDED")
    return found

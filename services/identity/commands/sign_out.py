"""A session ends."""

from uuid import UUID

from libs import callers
from libs.database.engine import Work
from libs.refusals import NotSignedIn
from services.identity.commands.renew_token import live_session
from services.identity.domain.seal import Seal
from services.identity.storage import sessions

SIGN_OUT = callers.job("sign_out")


async def sign_out(work: Work, session: UUID, key: str, seal: Seal) -> None:
    """Signing out of what has ended is no mistake; whoever has no key learns nothing and ends nothing."""
    try:
        found = await live_session(work, session, key, seal)
    except NotSignedIn:
        return
    await sessions.end(work, found.id)

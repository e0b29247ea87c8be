"""The caller's own sessions."""

from dataclasses import dataclass

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.session import Session
from services.identity.storage import sessions


@dataclass(frozen=True)
class OwnSession:
    """A session, and whether it is the one that asks."""

    session: Session
    current: bool


async def list_sessions(work: UnitOfWork, page: PageRequest) -> Page[OwnSession]:
    """Those that have not ended, the latest first. Raises NotAllowed PERSON_NEEDED, Invalid for the page."""
    person = await hats.require_person(work)
    live = await sessions.list_live(work, person, page)
    return live.map(lambda session: OwnSession(session, session.id == work.caller.session))

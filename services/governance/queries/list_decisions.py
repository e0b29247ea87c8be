"""ListDecisions and GetRulebook, open to everybody who is signed in."""

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotFound
from services.governance.storage import decisions, rulebooks
from services.governance.storage.decisions import Decision
from services.governance.storage.rulebooks import AdoptedRulebook


async def list_decisions(work: UnitOfWork, page: PageRequest) -> Page[Decision]:
    """Return one page, newest first."""
    return await decisions.list_newest(work, page)


async def get_rulebook(work: UnitOfWork, rulebook_hash: str) -> AdoptedRulebook:
    """Return a rulebook by hash, or the one in force. Raises NotFound RULEBOOK_UNKNOWN or RULEBOOK_NOT_ADOPTED."""
    adopted = await (rulebooks.get_by_hash(work, rulebook_hash) if rulebook_hash else rulebooks.get_in_force(work))
    if adopted is None:
        raise NotFound("RULEBOOK_UNKNOWN" if rulebook_hash else "RULEBOOK_NOT_ADOPTED")
    return adopted

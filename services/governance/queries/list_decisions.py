"""ListDecisions and GetRulebook, open to everybody who is signed in."""

from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from libs.rpc import paging
from services.governance.storage import decisions, rulebooks
from services.governance.storage.decisions import Decision
from services.governance.storage.rulebooks import AdoptedRulebook


async def list_decisions(work: UnitOfWork, page_size: int, page_token: str) -> tuple[list[Decision], str]:
    """Return one page, newest first."""
    key = paging.key_of("decisions", page_token, parts=1)
    limit = paging.page_size_of(page_size)
    rows = await decisions.list_page(work, paging.parse_key_part(paging.parse_number, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    return shown, paging.token_of("decisions", str(shown[-1].number)) if len(rows) > limit else ""


async def get_rulebook(work: UnitOfWork, rulebook_hash: str) -> AdoptedRulebook:
    """Return a rulebook by hash, or the one in force. Raises NotFound RULEBOOK_UNKNOWN or RULEBOOK_NOT_ADOPTED."""
    adopted = await (rulebooks.get_by_hash(work, rulebook_hash) if rulebook_hash else rulebooks.get_in_force(work))
    if adopted is None:
        raise NotFound("RULEBOOK_UNKNOWN" if rulebook_hash else "RULEBOOK_NOT_ADOPTED")
    return adopted

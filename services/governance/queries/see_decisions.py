"""The decision log and the rulebooks: open to every person who is signed in."""

from libs.database.engine import Work
from libs.refusals import NotFound
from libs.rpc import paging
from services.governance.storage import decisions, rulebooks
from services.governance.storage.decisions import Decision
from services.governance.storage.rulebooks import Adopted


async def list_decisions(work: Work, page_size: int, page_token: str) -> tuple[list[Decision], str]:
    """One page, newest first."""
    key = paging.key_of("decisions", page_token, parts=1)
    limit = paging.size_of(page_size)
    rows = await decisions.page(work, paging.part(paging.number, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    return shown, paging.token_of("decisions", str(shown[-1].number)) if len(rows) > limit else ""


async def see_rulebook(work: Work, rulebook_hash: str) -> Adopted:
    """By hash, or the one in force. Raises NotFound RULEBOOK_UNKNOWN or RULEBOOK_NOT_ADOPTED."""
    found = await (rulebooks.by_hash(work, rulebook_hash) if rulebook_hash else rulebooks.in_force(work))
    if found is None:
        raise NotFound("RULEBOOK_UNKNOWN" if rulebook_hash else "RULEBOOK_NOT_ADOPTED")
    return found

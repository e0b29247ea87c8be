"""Who wears which hat. Whoever is signed in may see it: offices are held in the open."""

from uuid import UUID

from libs.database.engine import Work
from libs.refusals import invalid
from libs.rpc import paging
from services.identity.storage import offices

_QUERY = "list_hats"
_FIRST = ("", str(UUID(int=0)))


async def list_hats(work: Work, page_size: int, page_token: str) -> tuple[list[offices.WornHat], str]:
    """One page, and the token of the next."""
    size = paging.size_of(page_size)
    hat, person = paging.key_of(_QUERY, page_token, 2) or _FIRST
    try:
        rows = await offices.after(work, hat, UUID(person), size + 1)
    except ValueError as error:
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN") from error
    more = len(rows) > size
    return rows[:size], paging.token_of(_QUERY, rows[size - 1].hat, str(rows[size - 1].person)) if more else ""

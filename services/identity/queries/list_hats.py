"""Who wears which hat. Everybody who is signed in may see it: offices are public."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.rpc import paging
from services.identity.storage import worn_hats

_QUERY = "list_hats"
_FIRST = ("", str(UUID(int=0)))


async def list_hats(work: UnitOfWork, page_size: int, page_token: str) -> tuple[list[worn_hats.WornHat], str]:
    """One page, and the token of the next one."""
    size = paging.page_size_of(page_size)
    hat, person = paging.key_of(_QUERY, page_token, 2) or _FIRST
    try:
        rows = await worn_hats.list_after(work, hat, UUID(person), size + 1)
    except ValueError as error:
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN") from error
    more = len(rows) > size
    return rows[:size], paging.token_of(_QUERY, rows[size - 1].hat, str(rows[size - 1].person)) if more else ""

"""The applications that wait, oldest first. For the secretary; every applicant shown is written down."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import Work
from libs.refusals import invalid
from libs.rpc import paging
from services.membership.storage import applications

_QUERY = "list_applications"


async def list_applications(work: Work, page_size: int, page_token: str) -> tuple[list[applications.Application], str]:
    """One page, and the token of the next. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    size = paging.size_of(page_size)
    (after,) = paging.key_of(_QUERY, page_token, 1) or (str(UUID(int=0)),)
    try:
        rows = await applications.after(work, UUID(after), size + 1)
    except ValueError as error:
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN") from error
    shown, more = rows[:size], len(rows) > size
    await audit.note_read(work, "application", "list", *(one.person for one in shown))
    return shown, paging.token_of(_QUERY, str(shown[-1].id)) if more else ""

"""Pending applications, oldest first. For the secretary; every applicant shown is audited."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.rpc import paging
from services.membership.storage import applications

_QUERY = "list_applications"


async def list_applications(work: UnitOfWork, page_size: int, page_token: str) -> tuple[list[applications.Application], str]:
    """One page, and the token of the next one. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    size = paging.page_size_of(page_size)
    (after,) = paging.key_of(_QUERY, page_token, 1) or (str(UUID(int=0)),)
    try:
        rows = await applications.list_pending(work, UUID(after), size + 1)
    except ValueError as error:
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN") from error
    shown, more = rows[:size], len(rows) > size
    await audit.record_read(work, "application", "list", *(application.person for application in shown))
    return shown, paging.token_of(_QUERY, str(shown[-1].id)) if more else ""

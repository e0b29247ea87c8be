"""The caller's own grants: whom they let see which field, and whom they no longer do."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.record_change import check_fields
from services.identity.storage import access_grants


async def list_access(work: UnitOfWork, field: str, only_open: bool, page: PageRequest) -> Page[access_grants.OwnGrant]:  # noqa: FBT001 - a field of the request
    """The latest first. Raises NotAllowed PERSON_NEEDED, Invalid for the field or the page."""
    person = await hats.require_person(work)
    if field:
        check_fields([field])
    return await access_grants.list_own(work, person, field, page, only_open=only_open)

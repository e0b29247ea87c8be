"""Which organisations the co-op works with: for everybody signed in, as no person is in the list."""

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.matching.domain.partner import Partner
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import partners


async def list_partners(work: UnitOfWork, own: bool, page: PageRequest) -> Page[Partner]:  # noqa: FBT001 - a field of the request
    """With `own` those that the caller speaks for. Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    principal = await acting.require_principal(work, SCOPE)
    return await partners.list_all(work, page, of=principal if own else None)

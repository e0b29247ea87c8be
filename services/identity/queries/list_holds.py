"""Holds that are in force: the person's own that they may know of, or, for a secretary, any, which is audited."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.person_hold import PersonHold
from services.identity.storage import person_holds


async def list_holds(work: UnitOfWork, person: UUID | None, page: PageRequest) -> Page[PersonHold]:
    """Those to look at first. Raises NotAllowed HAT_NEEDED, PERSON_NEEDED."""
    if await hats.require_person(work) != person:
        await hats.require(work, hats.SECRETARY)
        found = await person_holds.list_page(work, person, page)
        # That somebody looked would tell the person of a hold that they must not hear of.
        await audit.record_read(work, "hold", "list", *{hold.person for hold in found.items if hold.shown})
        return found
    # A secretary's hat would open hidden holds to them, but not those on themself.
    return _shown(await person_holds.list_page(work, person, page))


def _shown(page: Page[PersonHold]) -> Page[PersonHold]:
    return Page([hold for hold in page.items if hold.shown], page.next_token)

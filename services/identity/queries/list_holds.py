"""Holds that are in force: those on a person that they may know of, or, for a secretary, any, which is audited."""

from uuid import UUID

from libs.access import acting, audit, hats
from libs.access.reads import SCOPE
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.person_hold import PersonHold
from services.identity.storage import person_holds


async def list_holds(work: UnitOfWork, held: UUID | None, page: PageRequest) -> Page[PersonHold]:
    """Those to look at first. Who acts for a person sees what that person sees, and is audited.

    Raises NotAllowed HAT_NEEDED, PERSON_NEEDED, ACTING_ENDED, ACTING_OUTSIDE_SCOPE.
    """
    person = work.caller.acting_for or await hats.require_person(work)
    if held == person:
        await acting.require_self_or_acting(work, person, SCOPE)
        await audit.record_read(work, "hold", "list", person)
        # A secretary's hat would open hidden holds to them, but not those on themself.
        await acting.read_as(work, person)
        return await person_holds.list_page(work, person, page)
    await hats.require(work, hats.SECRETARY)
    found = await person_holds.list_page(work, held, page)
    # That somebody looked would tell the person of a hold that they must not hear of.
    await audit.record_read(work, "hold", "list", *{hold.person for hold in found.items if hold.shown})
    return found

"""A secretary writes down that somebody speaks for a partner: they see that partner from now on, signed in as themselves."""

from uuid import UUID

from kith.matching.v1.enums import PartnerEntryKind
from libs.access import hats, merged_persons
from libs.access.acting_audit import CatchUp
from libs.database.engine import UnitOfWork
from services.matching.commands.partner_side import record
from services.matching.domain.partner import PartnerPlace, require_partner_goes_on
from services.matching.storage import events_out, partners, projections


async def give_partner_place(work: UnitOfWork, partner_id: UUID, person: UUID, *, catch_up: CatchUp) -> None:
    """Who has a place already keeps it; the place is the entry's that is in use. They are told.

    Raises NotAllowed HAT_NEEDED or PERSON_NEEDED, NotFound PARTNER_UNKNOWN or PERSON_UNKNOWN, FailedPrecondition PARTNER_ENDED,
    Unavailable SOURCE_AWAY.
    """
    await hats.require_person(work, hats.SECRETARY)
    await projections.hear_of(work, person, catch_up)
    # Before the partner, as a merge does.
    await merged_persons.lock(work, person)
    person = await merged_persons.find_kept(work, person) or person
    # Locked: two places at once are one after the other.
    partner = await partners.get(work, partner_id, lock=True)
    require_partner_goes_on(partner)
    await projections.require_known(work, person)
    if await partners.find_place(work, partner_id, person) is not None:
        return
    await partners.give_place(work, PartnerPlace(partner_id, person, work.now))
    await record(work, partner_id, PartnerEntryKind.PLACE_GIVEN, about=person)
    await events_out.partner_place_given(work, partner_id, person)

"""Who calls about a partner: a secretary for the co-op, or somebody who speaks for the partner."""

from uuid import UUID

from kith.matching.v1.enums import PartnerEntryKind, PartnerSide
from libs.access import hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain.partner import Agreement, PartnerEntry, other_side
from services.matching.storage import events_out, partners


async def require_speaker(work: UnitOfWork, partner: UUID) -> UUID:
    """Somebody who speaks for this partner. Raises NotAllowed PERSON_NEEDED, NotFound PARTNER_UNKNOWN as for one that is not there."""
    person = await hats.require_person(work)
    if await partners.find_place(work, partner, person) is None:
        raise NotFound("PARTNER_UNKNOWN")
    return person


async def require_partner_side(work: UnitOfWork, partner: UUID) -> tuple[PartnerSide, UUID]:
    """A call with a secretary's hat is the co-op's. Raises what `require_speaker` raises."""
    if await hats.wears(work, hats.SECRETARY):
        return PartnerSide.CO_OP, await hats.require_person(work)
    return PartnerSide.PARTNER, await require_speaker(work, partner)


async def people_of_side(work: UnitOfWork, partner: UUID, side: PartnerSide) -> list[UUID]:
    """Everybody who speaks for it now."""
    if side is PartnerSide.CO_OP:
        return await hats.list_wearers(work, hats.SECRETARY)
    async with all_rows(work):
        return [place.person for place in await partners.list_places(work, partner)]


async def record(
    work: UnitOfWork, partner: UUID, kind: PartnerEntryKind, *, about: UUID | None = None, agreement: UUID | None = None
) -> None:
    """Adds to the partner's timeline what the caller did just now."""
    entry = PartnerEntry(work.new_id(), partner, kind, await hats.require_person(work), work.now, about, agreement)
    await partners.add_entry(work, entry)


async def record_agreement(work: UnitOfWork, agreement: Agreement, kind: PartnerEntryKind, side: PartnerSide, by: UUID) -> None:
    """Adds to the timeline what this side did, and tells the other one, but for who did it."""
    await record(work, agreement.partner, kind, agreement=agreement.id)
    told = set(await people_of_side(work, agreement.partner, other_side(side))) - {by}
    await events_out.space_news(work, agreement, other_side(side), sorted(told))

"""A partner, for a secretary and for who speaks for it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import PartnerSide
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotFound
from services.matching.domain.partner import Agreement, Partner, PartnerEntry, PartnerPlace
from services.matching.storage import partner_agreements, partners


@dataclass(frozen=True)
class WholePartner:
    """As this side sees it, on this day. The places are for the co-op alone."""

    partner: Partner
    side: PartnerSide
    places: list[PartnerPlace]
    agreements: list[Agreement]
    today: date


async def get_partner(work: UnitOfWork, partner_id: UUID, *, zone: ZoneInfo) -> WholePartner:
    """Raises NotAllowed PERSON_NEEDED, NotFound PARTNER_UNKNOWN, as for one that is not there."""
    side = await _require_side(work, partner_id)
    places = await partners.list_places(work, partner_id) if side is PartnerSide.CO_OP else []
    agreements = await partner_agreements.list_of(work, partner_id)
    return WholePartner(await partners.get(work, partner_id), side, places, agreements, work.now.astimezone(zone).date())


async def list_partner_entries(work: UnitOfWork, partner_id: UUID, page: PageRequest) -> Page[PartnerEntry]:
    """What happened with it, the newest first. Raises what `get_partner` raises."""
    await _require_side(work, partner_id)
    return await partners.list_entries(work, partner_id, page)


async def _require_side(work: UnitOfWork, partner_id: UUID) -> PartnerSide:
    if await hats.wears(work, hats.SECRETARY):
        return PartnerSide.CO_OP
    if await partners.find_place(work, partner_id, await hats.require_person(work)) is None:
        raise NotFound("PARTNER_UNKNOWN")
    return PartnerSide.PARTNER

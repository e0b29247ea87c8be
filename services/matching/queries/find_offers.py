"""Offers that somebody who looks for support may browse for themselves. Nobody is ranked: the order is a lot of theirs and the day's."""

from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.matching.domain.ranking import Draw
from services.matching.domain.support_profile import SCOPE, GivingSupport
from services.matching.storage import offer_visibility, support_profiles, teams

_SHOWN = 60


@dataclass(frozen=True)
class OfferFilter:
    """Which offers are wanted; what is empty does not matter."""

    language: str
    tag: str
    day: str

    def fits(self, offer: GivingSupport) -> bool:
        return (
            (not self.language or self.language in offer.languages)
            and (not self.tag or self.tag.casefold() in offer.tags)
            and (not self.day or any(time.day == self.day for time in offer.times))
        )


async def find_offers(work: UnitOfWork, person: UUID, wanted: OfferFilter, *, zone: ZoneInfo) -> list[tuple[UUID, GivingSupport]]:
    """Without those whom either side does not want to see, those of a live introduction, and those in the team.

    Raises NotAllowed as `require_self_or_acting`.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    # Whether a person wants to see somebody, these do not learn by acting for them.
    hidden = {person, work.caller.person, *await offer_visibility.hidden_from(work, person)}
    own_team = await teams.find_by_owner(work, person)
    if own_team is not None:
        hidden |= {member.person for member in await teams.list_members(work, own_team.id)}
    offers = await support_profiles.list_open(work)
    draw = Draw(work.now.astimezone(zone).date(), str(person))
    fitting = [other for other, offer in offers.items() if other not in hidden and wanted.fits(offer)]
    found = sorted(fitting, key=lambda other: draw.of(str(other)))
    await audit.record_read(work, "support profile", "find", *found[:_SHOWN])
    # Where somebody lives is not for everybody who looks for support.
    return [(other, replace(offers[other], postcode="")) for other in found[:_SHOWN]]

"""Offers that somebody who looks for support may browse for themselves. Nobody is ranked: the order is a lot of theirs and the day's."""

from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.rulebook import MoneyRules
from services.matching.domain.quote import Quote, quote_hour
from services.matching.domain.ranking import Draw
from services.matching.domain.support_profile import SCOPE, GivingSupport
from services.matching.storage import money_rules, offer_visibility, support_profiles, teams

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


@dataclass(frozen=True)
class FoundOffer:
    """An offer, and what an hour costs by the rulebook in force; None where it has no shares."""

    person: UUID
    offer: GivingSupport
    hour: Quote | None


async def find_offers(work: UnitOfWork, person: UUID, wanted: OfferFilter, *, zone: ZoneInfo) -> list[FoundOffer]:
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
    rules = await money_rules.find_money_rules(work)
    return [FoundOffer(other, replace(offers[other], postcode=""), _hour(rules, offers[other])) for other in found[:_SHOWN]]


def _hour(rules: MoneyRules | None, offer: GivingSupport) -> Quote | None:
    return quote_hour(rules, offer.works_as, offer.rate_pence) if rules else None

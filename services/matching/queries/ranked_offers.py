"""What the pages of suggestions are made from: the open offers that a person may see, ranked for them, without those shown too often."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.great_circle import distance_km
from services.matching.domain.exposure import shown_now, week_of
from services.matching.domain.ranking import Fit, Ranking, rank
from services.matching.domain.ranking_input import RankingInput
from services.matching.domain.suggestion_question import within_km
from services.matching.domain.support_profile import SCOPE, GettingSupport, GivingSupport
from services.matching.storage import offer_visibility, projections, showings, suggestion_questions, support_profiles


@dataclass(frozen=True)
class Suggested:
    """Somebody who fits, how well, and within how many kilometres they live."""

    worker: UUID
    offer: GivingSupport
    fit: Fit
    within_km: int


@dataclass(frozen=True)
class RankedOffers:
    """`order` has the ids of those who fit and may be shown this week, best first; `held_back` fit too, but were shown to enough others."""

    today: date
    question: RankingInput
    offers: Mapping[UUID, GivingSupport]
    ranking: Ranking
    order: tuple[str, ...]
    held_back: frozenset[str]

    def suggested(self, worker: str) -> Suggested:
        """For somebody of `order`. Raises ValueError for another."""
        fit = self.ranking.workers[worker].fit
        if fit is None:
            message = "somebody whom a condition rules out is not suggested"
            raise ValueError(message)
        place = next(one.place for one in self.question.workers if one.id == worker)
        # Where somebody lives is not for everybody who looks for support.
        offer = replace(self.offers[UUID(worker)], postcode="")
        return Suggested(UUID(worker), offer, fit, within_km(distance_km(self.question.person.place, place)))


async def rank_offers(work: UnitOfWork, person: UUID, zone: ZoneInfo) -> RankedOffers | None:
    """None for somebody who wants no suggestions. Counts and audits nobody: that is for what shows them.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    getting = await support_profiles.find(work, GettingSupport, person)
    if getting is None or not getting.open:
        return None
    today = work.now.astimezone(zone).date()
    offers = await support_profiles.list_open(work)
    # Whom they are getting to know already is on a page of their own.
    hidden = {person, work.caller.person, *await offer_visibility.hidden_from(work, person)}
    others = {other: offer for other, offer in offers.items() if other not in hidden}
    question = await suggestion_questions.load(work, person, getting, others, today)
    # More than some milliseconds among many offers: other calls go on meanwhile.
    ranking = await asyncio.to_thread(rank, question)
    async with all_rows(work):
        shown = await showings.list_since(work, week_of(today))
    most = (await projections.get_matching_rules(work)).shown_a_week
    order = shown_now(ranking.order, str(person), today, shown, at_most=most, size=len(ranking.order))
    return RankedOffers(today, question, offers, ranking, order, frozenset(ranking.order) - set(order))

"""Open offers, ranked for somebody who looks for support, with every reason (docs/formats/rank.md). Nothing is decided here."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.great_circle import distance_km
from services.matching.domain.exposure import shown_now, week_of
from services.matching.domain.ranking import Draw, Fit, Reason, rank
from services.matching.domain.ranking_file import ranking_file
from services.matching.domain.ranking_input import RankingInput
from services.matching.domain.suggestion_question import within_km
from services.matching.domain.support_profile import SCOPE, GettingSupport, GivingSupport
from services.matching.storage import offer_visibility, projections, showings, suggestion_questions, support_profiles

AT_A_TIME = 3
_REFUSED = 60


@dataclass(frozen=True)
class Suggested:
    """Somebody who fits, how well, and within how many kilometres they live."""

    worker: UUID
    offer: GivingSupport
    fit: Fit
    within_km: int


@dataclass(frozen=True)
class Suggestions:
    """`more` fit after these; `held_back` fit too, but were shown to enough others this week. `file` is for `kith rank`."""

    suggested: list[Suggested]
    more: int
    held_back: int
    refused: list[tuple[UUID, tuple[Reason, ...]]]
    file: str


@dataclass(frozen=True)
class SuggestionPage:
    """Which suggestions are wanted: those after the first `skip`, and the file of the question too."""

    skip: int
    with_file: bool


async def get_suggestions(work: UnitOfWork, person: UUID, wanted: SuggestionPage, *, zone: ZoneInfo) -> Suggestions | None:
    """The next few; None for somebody who wants no suggestions. They count as shown this week, which changes nothing a second time.

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
    page = order[wanted.skip : wanted.skip + AT_A_TIME]
    draw = Draw(today, str(person))
    refused = {worker: found.reasons for worker, found in ranking.workers.items() if found.reasons}
    listed = sorted(refused, key=lambda worker: (len(refused[worker]), draw.of(worker)))[:_REFUSED]
    await showings.add(work, person, [UUID(worker) for worker in page], today)
    held_back = set(ranking.order) - set(order)
    asked = replace(question, workers=tuple(worker for worker in question.workers if worker.id not in held_back))
    # The file has what everybody offers who was asked about, and the team's.
    seen = [*(worker.id for worker in asked.workers), *(member.id for member in question.team)] if wanted.with_file else [*page, *listed]
    await audit.record_read(work, "support profile", "find", *map(UUID, seen))
    return Suggestions(
        [_suggested(question, offers, worker, fit) for worker in page if (fit := ranking.workers[worker].fit) is not None],
        max(0, len(order) - wanted.skip - len(page)),
        len(held_back),
        [(UUID(worker), refused[worker]) for worker in listed],
        json.dumps(ranking_file(asked), ensure_ascii=False, indent=1) if wanted.with_file else "",
    )


def _suggested(question: RankingInput, offers: Mapping[UUID, GivingSupport], worker: str, fit: Fit) -> Suggested:
    place = next(one.place for one in question.workers if one.id == worker)
    # Where somebody lives is not for everybody who looks for support.
    offer = replace(offers[UUID(worker)], postcode="")
    return Suggested(UUID(worker), offer, fit, within_km(distance_km(question.person.place, place)))

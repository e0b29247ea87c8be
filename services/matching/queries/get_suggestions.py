"""Open offers, ranked for somebody who looks for support, with every reason (docs/formats/rank.md). Nothing is decided here."""

import json
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.matching.domain.ranking import Draw, Reason
from services.matching.domain.ranking_file import ranking_file
from services.matching.queries.ranked_offers import Suggested, rank_offers
from services.matching.storage import showings

AT_A_TIME = 3
_REFUSED = 60


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
    ranked = await rank_offers(work, person, zone)
    if ranked is None:
        return None
    question, ranking, order, today = ranked.question, ranked.ranking, ranked.order, ranked.today
    page = order[wanted.skip : wanted.skip + AT_A_TIME]
    draw = Draw(today, str(person))
    refused = {worker: found.reasons for worker, found in ranking.workers.items() if found.reasons}
    listed = sorted(refused, key=lambda worker: (len(refused[worker]), draw.of(worker)))[:_REFUSED]
    await showings.add(work, person, [UUID(worker) for worker in page], today)
    asked = replace(question, workers=tuple(worker for worker in question.workers if worker.id not in ranked.held_back))
    # The file has what everybody offers who was asked about, and the team's.
    seen = [*(worker.id for worker in asked.workers), *(member.id for member in question.team)] if wanted.with_file else [*page, *listed]
    await audit.record_read(work, "support profile", "find", *map(UUID, seen))
    return Suggestions(
        [ranked.suggested(worker) for worker in page],
        max(0, len(order) - wanted.skip - len(page)),
        len(ranked.held_back),
        [(UUID(worker), refused[worker]) for worker in listed],
        json.dumps(ranking_file(asked), ensure_ascii=False, indent=1) if wanted.with_file else "",
    )

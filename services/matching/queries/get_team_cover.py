"""A few of those who fit a person, who together would cover the times they want. Nothing is decided here, and nobody is told."""

import asyncio
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.matching.domain.ranking import wanted_minutes
from services.matching.domain.ranking_input import spans_of
from services.matching.domain.weekly_hours import WeeklyTime, split_by_day
from services.matching.engine.team_cover import Candidate, cover_week
from services.matching.queries.ranked_offers import Suggested, rank_offers
from services.matching.storage import showings


@dataclass(frozen=True)
class CoverOfWeek:
    """Who could come beside the person's own team, and when; `uncovered` are the times at which nobody would."""

    team: list[Suggested]
    comes: list[tuple[UUID, WeeklyTime]]
    uncovered: list[WeeklyTime]
    wanted_minutes: int
    minutes_of_own_team: int
    held_back: int


async def get_team_cover(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> CoverOfWeek | None:
    """None for somebody who wants no suggestions. Who is in it counts as shown this week, and is audited, as on a page of suggestions.

    A time at which somebody of the person's team is free, with the skills they need, is not looked for again.
    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    ranked = await rank_offers(work, person, zone)
    if ranked is None:
        return None
    wanted = wanted_minutes(ranked.question.person, ranked.question.team)
    workers = {worker.id: worker for worker in ranked.question.workers}
    fitting = [(workers[name], ranked.suggested(name)) for name in ranked.order]
    candidates = [Candidate(worker.id, worker.free, worker.minutes_left, one.fit.score) for worker, one in fitting]
    # Some milliseconds: other calls go on meanwhile.
    found = await asyncio.to_thread(cover_week, spans_of(wanted.wanted & ~wanted.covered), candidates)
    await showings.add(work, person, [UUID(worker) for worker in found.workers], ranked.today)
    await audit.record_read(work, "support profile", "find", *map(UUID, found.workers))
    chosen = set(found.workers)
    return CoverOfWeek(
        [one for worker, one in fitting if worker.id in chosen],
        [(UUID(one.worker), time) for one in found.comes for time in split_by_day(one.begins, one.ends)],
        [time for span in found.uncovered for time in split_by_day(*span)],
        wanted.wanted.bit_count(),
        wanted.covered.bit_count(),
        len(ranked.held_back),
    )

"""With whom somebody tries it or works, and the reviews: as one side sees them."""

from dataclasses import dataclass
from uuid import UUID

from kith.matching.v1.enums import IntroductionStep, TeamMemberKind
from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Side
from services.matching.domain.review import CountedVisit, Review, WorkingPair
from services.matching.queries.own_side import acts_for_other_side, require_own_side
from services.matching.storage import introductions, reviews, teams

_SUPPORT = (TeamMemberKind.WORKER, TeamMemberKind.VOLUNTEER)


@dataclass(frozen=True)
class OwnReviews:
    """Of one side."""

    side: Side
    pairs: list[WorkingPair]
    unconfirmed: list[CountedVisit]
    reviews: list[Review]


async def get_reviews(work: UnitOfWork, person: UUID, side: Side) -> OwnReviews:
    """Raises what `require_own_side` raises."""
    await require_own_side(work, person, side)
    giving = side is Side.WORKER
    pairs = [pair for pair in await reviews.list_pairs(work, person, as_worker=giving) if not acts_for_other_side(work, pair.worker)]
    unconfirmed = await reviews.list_unconfirmed(work, [pair.id for pair in pairs])
    asked = [row for row in await reviews.list_reviews(work, person, as_worker=giving) if not acts_for_other_side(work, row.worker)]
    begun = {(pair.person, pair.worker) for pair in pairs}
    fresh = [pair for pair in await _without_visits(work, person, side) if not acts_for_other_side(work, pair.worker)]
    pairs += [pair for pair in fresh if (pair.person, pair.worker) not in begun]
    return OwnReviews(side, pairs, unconfirmed, asked)


async def _without_visits(work: UnitOfWork, person: UUID, side: Side) -> list[WorkingPair]:
    """Who try it, or are in the team to support its owner: nothing else is stored of a pair until its first visit is written down."""
    giving = side is Side.WORKER
    live = await introductions.list_live(work, person, as_worker=giving)
    trials = [
        WorkingPair(one.id, one.person, one.worker, one.since)
        for one in live
        if one.step is IntroductionStep.TRIAL and one.is_live(work.now)
    ]
    if giving:
        places = await teams.list_places(work, person)
    else:
        own_team = await teams.find_by_owner(work, person)
        places = [(own_team, member) for member in await teams.list_members(work, own_team.id)] if own_team else []
    return trials + [
        WorkingPair(team.id, team.owner, member.person, member.joined_at)
        for team, member in places
        if member.joined_at is not None and member.kind in _SUPPORT
    ]

"""With whom somebody tries it or works, and the reviews: as one side sees them."""

from dataclasses import dataclass
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Side
from services.matching.domain.review import CountedVisit, Review, WorkingPair
from services.matching.queries.own_side import acts_for_other_side, require_own_side
from services.matching.storage import reviews


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
    return OwnReviews(side, pairs, unconfirmed, asked)

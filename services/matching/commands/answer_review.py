"""One side of a pair says how it goes: go on, talk, or end."""

from uuid import UUID

from kith.matching.v1.enums import ReviewAnswer
from libs.database.engine import UnitOfWork
from services.matching.commands.pair_side import Pair, require_side
from services.matching.commands.part_ways import part_ways
from services.matching.domain import review as rules
from services.matching.domain.review import Review
from services.matching.storage import reviews


async def answer_review(work: UnitOfWork, review_id: UUID, answer: ReviewAnswer) -> Review:
    """Raises NotFound REVIEW_UNKNOWN, FailedPrecondition REVIEW_CLOSED, and what `require_side` raises."""
    review = await reviews.get_review(work, review_id)
    side = await require_side(work, Pair(review.person, review.worker))
    answered = rules.answer_review(review, side, answer, work.now)
    await reviews.save_review(work, answered)
    if answered.ends:
        await part_ways(work, answered)
    return answered

"""Reviews: after as many visits as the rulebook says, both sides of a pair are asked how it goes.

| review | answers                     | then                                                                |
|--------|-----------------------------|---------------------------------------------------------------------|
| open   | one, or none                | open; each sees its own answer only, and may change it              |
| open   | both, none of them "end"    | closed; both see both                                               |
| open   | both, one of them "end"     | closed; both see both; the trial, or the place in the team, ends    |
| open   | `ANSWER_DAYS` have gone by  | closed; answers stay private; it ends if the one given was "end"    |
| open   | the two part in another way | closed; answers stay private                                        |
| closed |                             |                                                                     |

Nobody gives a reason. Somebody who wants to leave at once leaves at once: a review holds nobody.

A visit counts once both sides have recorded its day, each day once. A review is asked exactly when the number of visits that count reaches
one of the rulebook's, so that each is asked once for each time two begin with each other.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.matching.v1.enums import ReviewAnswer
from libs.refusals import FailedPrecondition, invalid
from libs.rulebook import MatchingRules
from services.matching.domain.introduction import Side

ANSWER_DAYS = 7


@dataclass(frozen=True)
class WorkingPair:
    """Two who try it, or work together in a team. `visits` are those that count."""

    id: UUID
    person: UUID
    worker: UUID
    began_at: datetime
    ended_at: datetime | None = None
    visits: int = 0


@dataclass(frozen=True)
class CountedVisit:
    """One day's visit, as one side recorded it; it counts once the other has, too."""

    pair: UUID
    day: date
    person: UUID
    worker: UUID
    recorded_by: Side
    recorded_at: datetime
    confirmed_at: datetime | None = None

    def confirmed(self, side: Side, now: datetime) -> "CountedVisit":
        """Unchanged if the same side records it again, or it counts already."""
        if side is self.recorded_by or self.confirmed_at is not None:
            return self
        return replace(self, confirmed_at=now)


@dataclass(frozen=True)
class Review:
    """One point at which both are asked; open while `closed_at` is missing."""

    id: UUID
    pair: UUID
    person: UUID
    worker: UUID
    after_visits: int
    asked_at: datetime
    until: datetime
    person_answer: ReviewAnswer | None = None
    worker_answer: ReviewAnswer | None = None
    closed_at: datetime | None = None

    def answer_of(self, side: Side) -> ReviewAnswer | None:
        return self.person_answer if side is Side.PERSON else self.worker_answer

    def other_answer(self, side: Side) -> ReviewAnswer | None:
        """What this side may see of the other's: nothing until both have answered."""
        return self.answer_of(side.other) if self.is_answered else None

    @property
    def is_answered(self) -> bool:
        """By both."""
        return self.person_answer is not None and self.worker_answer is not None

    @property
    def ends(self) -> bool:
        """Whether the two part with it, once it is closed."""
        return self.closed_at is not None and ReviewAnswer.END in (self.person_answer, self.worker_answer)


def check_day(day: date | None, began: date, today: date) -> date:
    """Raises Invalid DATE_MALFORMED, VISIT_BEFORE_START or VISIT_NOT_YET."""
    if day is None:
        raise invalid("day", "DATE_MALFORMED")
    if day < began:
        raise invalid("day", "VISIT_BEFORE_START", began=began.isoformat())
    if day > today:
        raise invalid("day", "VISIT_NOT_YET")
    return day


def count_visit(pair: WorkingPair, review_id: UUID, now: datetime, rules: MatchingRules) -> tuple[WorkingPair, Review | None]:
    """One visit more, and the review that is due with it."""
    counted = replace(pair, visits=pair.visits + 1)
    if counted.visits not in rules.review_visits:
        return counted, None
    return counted, Review(review_id, pair.id, pair.person, pair.worker, counted.visits, now, now + timedelta(days=ANSWER_DAYS))


def answer_review(review: Review, side: Side, answer: ReviewAnswer, now: datetime) -> Review:
    """Closed with the second answer. Raises FailedPrecondition REVIEW_CLOSED."""
    if review.closed_at is not None or now >= review.until:
        raise FailedPrecondition("REVIEW_CLOSED")
    answered = replace(review, person_answer=answer) if side is Side.PERSON else replace(review, worker_answer=answer)
    return replace(answered, closed_at=now) if answered.is_answered else answered


def close_over_time(review: Review, now: datetime) -> Review:
    """Closed, once its time has gone by; unchanged before."""
    if review.closed_at is not None or now < review.until:
        return review
    return replace(review, closed_at=review.until)

"""The RPCs of reviews."""

from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import reviews_pb2 as pb
from kith.matching.v1.enums import ReviewAnswer
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.matching.commands.answer_review import answer_review
from services.matching.commands.pair_side import Pair
from services.matching.commands.record_trial_visit import RecordedVisit, record_trial_visit
from services.matching.domain.introduction import Side
from services.matching.domain.review import CountedVisit, Review, WorkingPair
from services.matching.queries.get_reviews import OwnReviews, get_reviews


def review_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "introduction", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "ReviewService",
        runtime.transactions,
        {
            "RecordTrialVisit": acting(command(_visit, partial(record_trial_visit, zone=zone), _recorded)),
            "AnswerReview": acting(command(_answer, answer_review, _answered)),
            "GetReviews": acting(query(_side, get_reviews, _reviews)),
        },
    )


def _visit(request: pb.RecordTrialVisitRequest) -> tuple[Pair, date | None]:
    pair = Pair(parse_id("person_id", request.pair.person_id), parse_id("worker_id", request.pair.worker_id))
    return pair, parse_day("day", request.day)


def _recorded(visit: RecordedVisit) -> pb.RecordTrialVisitResponse:
    return pb.RecordTrialVisitResponse(confirmed=visit.confirmed, visits=visit.visits)


def _answer(request: pb.AnswerReviewRequest) -> tuple[UUID, ReviewAnswer]:
    answer = from_wire(pb.ReviewAnswer, ReviewAnswer, request.answer, "answer", "REVIEW_ANSWER_MISSING")
    return parse_id("review_id", request.review_id), answer


def _answered(review: Review) -> pb.AnswerReviewResponse:
    return pb.AnswerReviewResponse(closed=review.closed_at is not None, ended=review.ends)


def _side(request: pb.GetReviewsRequest) -> tuple[UUID, Side]:
    return parse_id("person_id", request.person_id), Side.WORKER if request.giving else Side.PERSON


def _reviews(own: OwnReviews) -> pb.GetReviewsResponse:
    return pb.GetReviewsResponse(
        pairs=[_working(pair, own) for pair in own.pairs], reviews=[_review(review, own.side) for review in own.reviews]
    )


def _working(pair: WorkingPair, own: OwnReviews) -> pb.WorkingPair:
    waiting = [_waiting(visit, own.side) for visit in own.unconfirmed if visit.pair == pair.id]
    return pb.WorkingPair(pair=_pair(pair), visits=pair.visits, unconfirmed=waiting)


def _waiting(visit: CountedVisit, side: Side) -> pb.UnconfirmedVisit:
    return pb.UnconfirmedVisit(day=visit.day.isoformat(), own=visit.recorded_by is side)


def _review(review: Review, side: Side) -> pb.Review:
    """As this side sees it; what the other answered stays out until both have."""
    own, other = review.answer_of(side), review.other_answer(side)
    return pb.Review(
        review_id=str(review.id),
        pair=_pair(review),
        after_visits=review.after_visits,
        asked_at=timestamp(review.asked_at),
        until=timestamp(review.until),
        own_answer=to_wire(pb.ReviewAnswer, own) if own else pb.REVIEW_ANSWER_UNSPECIFIED,
        other_answer=to_wire(pb.ReviewAnswer, other) if other else pb.REVIEW_ANSWER_UNSPECIFIED,
        closed=review.closed_at is not None,
    )


def _pair(of: WorkingPair | Review) -> introductions.Pair:
    return introductions.Pair(person_id=str(of.person), worker_id=str(of.worker))

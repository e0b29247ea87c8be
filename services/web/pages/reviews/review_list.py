"""With whom somebody tries it or works: their visits that count, those that wait for one of the two, and how they both say it goes."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import reviews_pb2 as pb
from kith.matching.v1.enums import ReviewAnswer
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime

PATH = "/people/reviews"
CHANGE = "review-visit"
_DONE = ("counted", "recorded", "answered", "closed", "ended")


@dataclass(frozen=True)
class WaitingVisit:
    """A day that one of the two has written down."""

    day: str
    says: Markup
    is_own: bool


@dataclass(frozen=True)
class PairView:
    """Two who try it or work together."""

    person_id: str
    worker_id: str
    name: str
    visits: int
    waiting: Sequence[WaitingVisit]


@dataclass(frozen=True)
class ReviewView:
    """A point at which both are asked how it goes, as one side sees it."""

    id: str
    name: str
    visits: int
    until: str
    own: str
    other: str
    """Words of `ReviewAnswer`; empty for no answer, and the other's until both have answered."""
    is_open: bool


@dataclass(frozen=True)
class SideView:
    """All of one side."""

    side: str
    pairs: Sequence[PairView]
    asked: Sequence[ReviewView]
    closed: Sequence[ReviewView]


async def show(ctx: PageContext) -> Response:
    """Both sides of a person; of somebody they act for, the side that looks for support alone."""
    sides = [await fetch_side(ctx, giving=giving) for giving in ((False,) if ctx.acting else (False, True))]
    done = ctx.query_param("done")
    return ctx.render("reviews/reviews", sides=sides, day_of_today=ctx.local_day().isoformat(), done=done if done in _DONE else "")


async def change(ctx: PageContext, form: Form) -> Response:
    """Write down a visit, or say that the other's is right."""
    path = await record_visit(ctx, form.text("person"), form.text("worker"), form.text("day"), form.request_id)
    return ctx.redirect(path)


async def record_visit(ctx: PageContext, person: str, worker: str, day: str, request_id: str) -> str:
    """Returns the path that says whether it counts now. Raises what RecordTrialVisit raises."""
    pair = introductions.Pair(person_id=person, worker_id=worker)
    request = pb.RecordTrialVisitRequest(request_id=request_id, pair=pair, day=day)
    recorded: pb.RecordTrialVisitResponse = await ctx.call(ctx.state.services.reviews.RecordTrialVisit, request)
    return f"{PATH}?done={'counted' if recorded.confirmed else 'recorded'}"


async def fetch_side(ctx: PageContext, *, giving: bool) -> SideView:
    """One side's pairs and reviews, those that wait for an answer first."""
    request = pb.GetReviewsRequest(person_id=ctx.subject_id, giving=giving)
    found: pb.GetReviewsResponse = await ctx.call(ctx.state.services.reviews.GetReviews, request)
    pairs = [*(row.pair for row in found.pairs), *(row.pair for row in found.reviews)]
    others = [_other(pair, giving=giving) for pair in pairs]
    names = {person: name.full for person, name in (await ctx.person_names(others)).items()}
    reviews = [_review(ctx, row, names[_other(row.pair, giving=giving)]) for row in found.reviews]
    return SideView(
        "giving" if giving else "getting",
        [_pair(ctx, row, names[_other(row.pair, giving=giving)]) for row in found.pairs],
        [review for review in reviews if review.is_open],
        [review for review in reviews if not review.is_open],
    )


def _pair(ctx: PageContext, row: pb.WorkingPair, name: str) -> PairView:
    waiting = [
        WaitingVisit(
            visit.day,
            ctx.say("reviews.you_wrote" if visit.own else "reviews.they_wrote", name=name, day=ctx.format_day(visit.day)),
            visit.own,
        )
        for visit in row.unconfirmed
    ]
    return PairView(row.pair.person_id, row.pair.worker_id, name, row.visits, waiting)


def _review(ctx: PageContext, row: pb.Review, name: str) -> ReviewView:
    until = utc_datetime(row.until)
    own, other = (known_word(pb.ReviewAnswer, ReviewAnswer, answer, None) for answer in (row.own_answer, row.other_answer))
    is_open = not row.closed and ctx.now < until
    return ReviewView(row.review_id, name, row.after_visits, ctx.format_moment(until), own or "", other or "", is_open)


def _other(pair: introductions.Pair, *, giving: bool) -> str:
    return pair.person_id if giving else pair.worker_id


PAGE = Page(PATH, show, change, CHANGE, acting=True)

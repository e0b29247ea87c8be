"""Forms of two who try it or work together: write down a visit of another day, and say how it goes."""

from collections.abc import Mapping

from kith.matching.v1 import reviews_pb2 as pb
from kith.matching.v1.enums import ReviewAnswer
from libs.refusals import NotFound
from libs.rpc.enums import to_wire
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require
from services.web.pages.reviews.review_list import PATH, ReviewView, fetch_side, record_visit


async def _visit_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    person, worker = ctx.path_param("person"), ctx.path_param("worker")
    other = worker if person == ctx.subject_id else person
    return {"name": (await ctx.person_names([other]))[other].full}


async def _record(ctx: PageContext, fields: Fields, request_id: str) -> str:
    return await record_visit(ctx, ctx.path_param("person"), ctx.path_param("worker"), fields["day"], request_id)


async def _answer_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    review = await _find(ctx)
    return {
        "review": review,
        "answers": choices(ctx, "review_answer", tuple(ReviewAnswer)),
        "chosen": fields["answer"] or review.own,
    }


async def _find(ctx: PageContext) -> ReviewView:
    """The review of the path, on whichever side of it somebody is. Raises NotFound REVIEW_UNKNOWN."""
    for giving in (False,) if ctx.acting else (False, True):
        side = await fetch_side(ctx, giving=giving)
        for review in (*side.asked, *side.closed):
            if review.id == ctx.path_param("review"):
                return review
    raise NotFound("REVIEW_UNKNOWN")


async def _answer(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["answer"] in tuple(ReviewAnswer) else [ctx.refusal_problem("answer", "REVIEW_ANSWER_MISSING")])
    answer = to_wire(pb.ReviewAnswer, ReviewAnswer(fields["answer"]))
    request = pb.AnswerReviewRequest(request_id=request_id, review_id=ctx.path_param("review"), answer=answer)
    answered: pb.AnswerReviewResponse = await ctx.call(ctx.state.services.reviews.AnswerReview, request)
    return f"{PATH}?done={'ended' if answered.ended else 'closed' if answered.closed else 'answered'}"


VISIT = FormPage("review-day", "reviews/visit", _visit_values, _record, fields=("day",), input_by_field={"day": "day"})
ANSWER = FormPage("review-answer", "reviews/answer", _answer_values, _answer, fields=("answer",), input_by_field={"answer": "answer"})
VISIT_PAGE = form_page(f"{PATH}/{{person:uuid}}/{{worker:uuid}}", VISIT, Access.MEMBER, acting=True)
ANSWER_PAGE = form_page(f"{PATH}/{{review:uuid}}", ANSWER, Access.MEMBER, acting=True)

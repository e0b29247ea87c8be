"""Drafts of weeks that somebody had made, and having one made."""

from datetime import timedelta

from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.people_search import find_members
from services.web.pages.rulebook_lookup import draft_hat
from services.web.pages.week_drafts.draft_words import state_of, week_words

_START = "week-drafts"
_WEEKS = 4


async def show(ctx: PageContext) -> Response:
    """The person's own, or a secretary's."""
    request, hat = pb.ListWeekDraftsRequest(page_token=ctx.query_param("page")), await draft_hat(ctx)
    listed: pb.ListWeekDraftsResponse = await ctx.call(ctx.state.services.week_drafts.ListWeekDrafts, request, hat)
    names = await ctx.person_names(draft.without_worker_id for draft in listed.drafts if draft.without_worker_id)
    proposals: pb.GetDraftProposalsResponse = await ctx.call(
        ctx.state.services.week_drafts.GetDraftProposals, pb.GetDraftProposalsRequest()
    )
    typed = ctx.query_param("q") if hat else ""
    found, problem = await find_members(ctx, typed, with_oneself=True)
    return ctx.render(
        "week_drafts/list",
        typed=typed,
        found=found,
        search_problem=problem,
        drafts=[
            {
                "id": draft.draft_id,
                "week": week_words(ctx, draft.monday),
                "state": state.value,
                "together": draft.together,
                "without": names[draft.without_worker_id].full if draft.without_worker_id else "",
            }
            for draft in listed.drafts
            if (state := state_of(draft)) is not None
        ],
        more=ctx.next_page(listed.next_page_token),
        weeks=_weeks(ctx),
        waiting=count_waiting(proposals),
        may_together=bool(hat),
        may_check=not ctx.acting and ctx.has_hat(Access.SCRUTINEER.value),
        done="dropped" if ctx.query_param("done") == "dropped" else "",
    )


async def start(ctx: PageContext, form: Form) -> Response:
    """The draft is made in the background; its page says how far it is."""
    request = pb.StartWeekDraftRequest(request_id=form.request_id, monday=form.text("week"), together=form.text("do") == "together")
    response: pb.StartWeekDraftResponse = await ctx.call(ctx.state.services.week_drafts.StartWeekDraft, request, await draft_hat(ctx))
    return ctx.redirect(f"/week/drafts/{response.draft_id}")


def count_waiting(proposals: pb.GetDraftProposalsResponse) -> int:
    """How many visits wait for this worker's yes or no."""
    return sum(
        place.answer == pb.DRAFT_ANSWER_WAITING and place.kind != pb.DRAFT_PLACE_KIND_STAYS
        for proposal in proposals.to_worker
        for place in proposal.visit.places
    )


def _weeks(ctx: PageContext) -> list[dict[str, str]]:
    """The next one first: it is planned before it begins."""
    monday = ctx.local_day() - timedelta(days=ctx.local_day().weekday())
    mondays = [(monday + timedelta(weeks=number)).isoformat() for number in (*range(1, _WEEKS + 1), 0)]
    return [{"value": first, "text": str(week_words(ctx, first)), "hint": ""} for first in mondays]


PAGE = Page("/week/drafts", show, start, _START, acting=True)

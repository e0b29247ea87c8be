"""One draft of a week: how far it is, what it would change, what everybody said, and what its planner can do with it."""

from datetime import date, timedelta

from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from kith.scheduling.v1.enums import DraftPart, WeekDraftState
from services.web.http.forms import Form
from services.web.localisation import dates
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.rulebook_lookup import draft_hat
from services.web.pages.week_drafts.draft_words import draft_row, people_of, squares, state_of, week_words

_CHANGE = "week-draft"
_DONE = ("sent", "published", "chosen")


async def show(ctx: PageContext) -> Response:
    """While it is made, how far it is; then its drawing and its changes."""
    found = await get_draft(ctx)
    draft, state = found.draft, state_of(found.draft)
    if state not in (WeekDraftState.DRAFT, WeekDraftState.ASKED, WeekDraftState.PUBLISHED):
        return ctx.render("week_drafts/making", draft=draft, state=state.value if state else "", week=week_words(ctx, draft.monday))
    absent = draft.without_worker_id
    names = await ctx.person_names([*people_of(found.visits), *([absent] if absent else [])])
    rows = [draft_row(ctx, visit, names) for visit in found.visits]
    changes, first = [row for row in rows if row.changes], date.fromisoformat(draft.monday)
    return ctx.render(
        "week_drafts/draft",
        draft=draft,
        state=state.value,
        week=week_words(ctx, draft.monday),
        days=[(dates.format_short_day(day), ctx.format_day(day.isoformat())) for day in (first + timedelta(days=n) for n in range(7))],
        squares=squares(ctx, draft.monday, found.visits, names),
        all_visits=len(rows),
        absent=names[absent].full if absent else "",
        changes=changes,
        gaps=[row for row in rows if row.missing],
        to_publish=sum(row.part is DraftPart.AGREED for row in rows),
        told=sorted({name for row in changes for name in (row.name, *row.published, *row.drafted)}),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Ends the making, or sends the draft to everybody whom it touches."""
    draft, services, hat = ctx.path_param("draft"), ctx.state.services.week_drafts, await draft_hat(ctx)
    if form.text("do") == "stop":
        await ctx.call(services.StopWeekDraft, pb.StopWeekDraftRequest(request_id=form.request_id, draft_id=draft), hat)
    elif form.text("do") == "send":
        await ctx.call(services.SendWeekDraft, pb.SendWeekDraftRequest(request_id=form.request_id, draft_id=draft), hat)
        return ctx.redirect(f"/week/drafts/{draft}?done=sent")
    return ctx.redirect(f"/week/drafts/{draft}")


async def get_draft(ctx: PageContext) -> pb.GetWeekDraftResponse:
    """The one that the path names."""
    request = pb.GetWeekDraftRequest(draft_id=ctx.path_param("draft"))
    found: pb.GetWeekDraftResponse = await ctx.call(ctx.state.services.week_drafts.GetWeekDraft, request, await draft_hat(ctx))
    return found


async def _subject(ctx: PageContext) -> ActionSubject:
    found = await get_draft(ctx)
    return ActionSubject(str(week_words(ctx, found.draft.monday)), f"/week/drafts/{found.draft.draft_id}")


async def _drop(ctx: PageContext, form: Form, _: PassedDecision | None) -> Response:
    request = pb.DropWeekDraftRequest(request_id=form.request_id, draft_id=ctx.path_param("draft"))
    await ctx.call(ctx.state.services.week_drafts.DropWeekDraft, request, await draft_hat(ctx))
    return ctx.redirect("/week/drafts?done=dropped")


DROP = ConfirmedAction("week_draft_drop", _subject, _drop, Access.MEMBER, needs_decision=False, acting=True)
PAGE = Page("/week/drafts/{draft:uuid}", show, change, _CHANGE, acting=True)
DROP_PAGE = confirmation_page("/week/drafts/{draft:uuid}/drop", DROP)

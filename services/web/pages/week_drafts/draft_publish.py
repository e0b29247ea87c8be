"""The planner publishes what all agreed to: they see what will change, may leave some of it out, and confirm the rest as a whole."""

from collections.abc import Mapping

from kith.scheduling.v1 import week_drafts_pb2 as pb
from kith.scheduling.v1.enums import DraftPart
from libs.refusals import Conflict
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, InvalidFormError, form_page, require
from services.web.pages.rulebook_lookup import draft_hat
from services.web.pages.week_drafts.draft_page import get_draft
from services.web.pages.week_drafts.draft_words import draft_row, people_of, week_words

_CHOSEN = "visit-"


async def _show(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    found = await get_draft(ctx)
    names = await ctx.person_names(people_of(found.visits))
    rows = [draft_row(ctx, visit, names) for visit in found.visits]
    chosen = {name.removeprefix(_CHOSEN) for name in fields if name.startswith(_CHOSEN)}
    agreed = [row for row in rows if row.part is DraftPart.AGREED]
    return {
        "draft": found.draft,
        "week": week_words(ctx, found.draft.monday),
        "agreed": agreed,
        # All of them, until somebody has chosen.
        "chosen": chosen or {row.id for row in agreed},
        "left_out": [row for row in rows if row.changes and row.part is not DraftPart.AGREED],
    }


async def _publish(ctx: PageContext, fields: Fields, request_id: str) -> str:
    draft, chosen = ctx.path_param("draft"), [name.removeprefix(_CHOSEN) for name in fields if name.startswith(_CHOSEN)]
    require([] if chosen else [ctx.refusal_problem("", "WEEK_DRAFT_NOTHING_CHOSEN")])
    request = pb.PublishWeekDraftRequest(request_id=request_id, draft_id=draft, visit_ids=chosen)
    try:
        await ctx.call(ctx.state.services.week_drafts.PublishWeekDraft, request, await draft_hat(ctx))
    except Conflict as refusal:
        visit = refusal.details.get("visit", "")
        if refusal.reason != "WEEK_DRAFT_CHANGED" or visit not in chosen:
            raise
        raise InvalidFormError([ctx.refusal_problem(f"{_CHOSEN}{visit}", "WEEK_DRAFT_CHANGED")]) from refusal
    return f"/week/drafts/{draft}?done=published"


PUBLISH = FormPage("week-draft-publish", "week_drafts/publish", _show, _publish, prefixes=(_CHOSEN,))
PAGE = form_page("/week/drafts/{draft:uuid}/publish", PUBLISH, Access.MEMBER, acting=True)

"""A scrutineer checks how drafts were made: all that they were made of, without names, to make the same plan again elsewhere."""

from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.week_drafts.draft_words import week_words


async def show(ctx: PageContext) -> Response:
    """Every draft that was made, of weeks that are not over."""
    listed: pb.ListWeekDraftsResponse = await ctx.call(
        ctx.state.services.week_drafts.ListWeekDrafts, pb.ListWeekDraftsRequest(page_token=ctx.query_param("page"))
    )
    drafts = [{"id": draft.draft_id, "week": week_words(ctx, draft.monday), "hash": draft.inputs_hash} for draft in listed.drafts]
    return ctx.render("week_drafts/check", drafts=drafts, more=ctx.next_page(listed.next_page_token))


async def download(ctx: PageContext) -> Response:
    """The record of docs/formats/week.md. Everybody who is in it sees who looked."""
    draft = ctx.path_param("draft")
    found: pb.GetDraftRecordResponse = await ctx.call(
        ctx.state.services.week_drafts.GetDraftRecord, pb.GetDraftRecordRequest(draft_id=draft)
    )
    return ctx.file_response(found.record.encode(), f"week-{draft}.json", "application/json")


PAGES = (
    Page("/week/drafts/check", show, access=Access.SCRUTINEER),
    Page("/week/drafts/{draft:uuid}/file", download, access=Access.SCRUTINEER),
)

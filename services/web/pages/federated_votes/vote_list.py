"""The list of federated votes: those that need the person's vote, those under way, those that are over."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.co_ops.peer_view import co_op_names
from services.web.pages.federated_votes.vote_view import list_votes

_PAGE_SIZE = 20


async def show(ctx: PageContext) -> Response:
    """Three lists, and for the secretary the drafts that wait for the others."""
    needs_vote, _ = await list_votes(ctx, gov.MOTION_FILTER_NEEDS_MY_VOICE, _PAGE_SIZE)
    running, _ = await list_votes(ctx, gov.MOTION_FILTER_OPEN, _PAGE_SIZE)
    decided, more = await list_votes(ctx, gov.MOTION_FILTER_CLOSED, _PAGE_SIZE, ctx.query_param("page"))
    shown = {motion.id for motion in needs_vote}
    names = await co_op_names(ctx)
    secretary = bool(ctx.session and ctx.session.wears("secretary"))
    return ctx.render(
        "votes/all",
        voice=needs_vote,
        running=[motion for motion in running if motion.id not in shown],
        over=decided,
        more=f"/votes?page={more}" if more else "",
        secretary=secretary,
        drafts=await _drafts(ctx, names) if secretary else [],
        names=names,
        drafted=ctx.query_param("done") == "drafted",
    )


async def _drafts(ctx: PageContext, names: Mapping[str, str]) -> list[dict[str, object]]:
    request = pb.ListVoteDraftsRequest(page_size=_PAGE_SIZE)
    response: pb.ListVoteDraftsResponse = await ctx.call(ctx.state.services.votes.ListVoteDrafts, request, hat="secretary")
    return [
        {
            "title": draft.question,
            "parties": ", ".join(names.get(party, party) for party in draft.parties),
            "at": utc_datetime(draft.drafted_at),
        }
        for draft in response.drafts
        if not draft.vote_id
    ]

"""The list of federated votes: those that need the person's vote, those under way, those that are over."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.co_ops.peer_view import co_op_names
from services.web.pages.federated_votes.vote_view import list_votes
from services.web.pages.list_sections import fetch_list_sections

_PAGE_SIZE = 20


async def show(ctx: PageContext) -> Response:
    """All federated votes, and for the secretary the drafts that wait for the others."""
    names = await co_op_names(ctx)
    return ctx.render(
        "votes/all",
        **await fetch_list_sections(ctx, list_votes),
        drafts=await _drafts(ctx, names) if ctx.has_hat("secretary") else [],
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

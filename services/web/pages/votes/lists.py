"""All votes with other co-ops: what needs your voice, what is under way, what is over."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from services.web.pages.co_ops.view import names_of_co_ops
from services.web.pages.votes.view import listed
from services.web.visit import Visit, utc

_PAGE = 20


async def show(visit: Visit) -> Response:
    """Three lists, and for the secretary the drafts that wait for the others."""
    voice, _ = await listed(visit, gov.MOTION_FILTER_NEEDS_MY_VOICE, _PAGE)
    running, _ = await listed(visit, gov.MOTION_FILTER_OPEN, _PAGE)
    over, more = await listed(visit, gov.MOTION_FILTER_CLOSED, _PAGE, visit.query("page"))
    shown = {one.id for one in voice}
    names = await names_of_co_ops(visit)
    secretary = bool(visit.session and visit.session.wears("secretary"))
    return visit.page(
        "votes/all",
        voice=voice,
        running=[one for one in running if one.id not in shown],
        over=over,
        more=f"/votes?page={more}" if more else "",
        secretary=secretary,
        drafts=await _drafts(visit, names) if secretary else [],
        names=names,
        drafted=visit.query("done") == "drafted",
    )


async def _drafts(visit: Visit, names: Mapping[str, str]) -> list[dict[str, object]]:
    request = pb.ListVoteDraftsRequest(page_size=_PAGE)
    answer: pb.ListVoteDraftsResponse = await visit.ask(visit.front.services.votes.ListVoteDrafts, request, hat="secretary")
    return [
        {"title": one.question, "parties": ", ".join(names.get(party, party) for party in one.parties), "at": utc(one.drafted_at)}
        for one in answer.drafts
        if not one.vote_id
    ]

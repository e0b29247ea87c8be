"""Voter cards, one for each member, on paper or as a file: each opens a row of the roll and later shows that this row was counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from kith.membership.v1 import membership_pb2 as membership
from libs.boards import documents
from libs.boards.pseudonyms import commitment_identity, row_commitment
from services.web.page_context import PageContext
from services.web.pages.co_ops.peer_view import fetch_own_identity, list_peers
from services.web.pages.federated_votes import current_voters
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote_view, group_by_four

_PAGE_SIZE = 25


@dataclass(frozen=True)
class VoterCard:
    """A member's card with everything that is printed. `opens_row`: it opens the row with the name that we hold today."""

    person_id: str
    name: str
    number: str
    group: str
    pseudonym: str
    salt: str
    vote: str
    pins: list[tuple[str, str]]
    opens_row: bool
    data: bytes

    @property
    def in_fours(self) -> str:
        """The pseudonym in groups of four."""
        return group_by_four(self.pseudonym)


async def show_mine(ctx: PageContext) -> Response:
    """The person's own card, to print or to download."""
    vote = await fetch_vote_view(ctx)
    return ctx.render("votes/card", vote=vote, card=await _fetch_my_card(ctx, vote))


async def download_mine(ctx: PageContext) -> Response:
    """The person's own card as a file."""
    return _file(await _fetch_my_card(ctx, await fetch_vote_view(ctx)))


async def show_all(ctx: PageContext) -> Response:
    """All members' cards, one page at a time, one card on each sheet."""
    vote = await fetch_vote_view(ctx)
    numbers = await current_voters.member_numbers(ctx)
    response: pb.ListVoteRowsResponse = await ctx.call(
        ctx.state.services.votes.ListVoteRows,
        pb.ListVoteRowsRequest(vote_id=vote.id, page_size=_PAGE_SIZE, page_token=ctx.query_param("page")),
    )
    names = await ctx.person_names(row.person_id for row in response.rows)
    pins = await fingerprints(ctx, vote)
    cards = [
        await _fetch_card(ctx, vote, row.person_id, numbers.get(row.person_id, ""), names[row.person_id].full, pins)
        for row in response.rows
    ]
    return ctx.render("votes/cards", vote=vote, cards=cards, more=ctx.next_page(response.next_page_token))


async def download(ctx: PageContext) -> Response:
    """A person's card as a file, for the secretary to hand over."""
    vote = await fetch_vote_view(ctx)
    person = ctx.path_param("person")
    number = (await current_voters.member_numbers(ctx)).get(person, "")
    names = await ctx.person_names([person])
    return _file(await _fetch_card(ctx, vote, person, number, names[person].full, await fingerprints(ctx, vote)))


async def fingerprints(ctx: PageContext, vote: VoteView) -> Mapping[str, str]:
    """The root fingerprints by which our own co-op knows the parties: ours, and those whose code was compared by phone."""
    ours: fed.GetOwnIdentityResponse = await fetch_own_identity(ctx)
    fingerprint_by_co_op = {ours.co_op: ours.fingerprint} | {peer.co_op: peer.fingerprint for peer in await list_peers(ctx)}
    parties = {party.id for party in vote.terms.parties} if vote.terms else set(fingerprint_by_co_op)
    return {co_op: fingerprint for co_op, fingerprint in fingerprint_by_co_op.items() if co_op in parties and fingerprint}


async def _fetch_my_card(ctx: PageContext, vote: VoteView) -> VoterCard:
    response: membership.GetMemberResponse = await ctx.call(
        ctx.state.services.membership.GetMember, membership.GetMemberRequest(person_id=ctx.person_id)
    )
    names = await ctx.person_names([ctx.person_id])
    pins = await fingerprints(ctx, vote)
    return await _fetch_card(ctx, vote, "", response.member.member_number, names[ctx.person_id].full, pins)


async def _fetch_card(ctx: PageContext, vote: VoteView, person_id: str, number: str, name: str, pins: Mapping[str, str]) -> VoterCard:
    request = pb.GetVoteCardRequest(vote_id=vote.id, person_id=person_id)
    response: pb.GetVoteCardResponse = await ctx.call(ctx.state.services.votes.GetVoteCard, request)
    identity = commitment_identity(number, name)
    co_op = (await fetch_own_identity(ctx)).co_op
    computed = row_commitment(vote.id, response.pseudonym, response.group, identity, response.salt)
    return VoterCard(
        person_id=person_id,
        name=name,
        number=number,
        group=response.group,
        pseudonym=response.pseudonym,
        salt=group_by_four(response.salt.hex()),
        vote=group_by_four(vote.id),
        pins=[(co_op_id, group_by_four(pin)) for co_op_id, pin in sorted(pins.items())],
        opens_row=computed == response.commitment,
        data=documents.encode_card(vote.id, co_op, response.pseudonym, response.group, identity, response.salt, pins),
    )


def _file(card: VoterCard) -> Response:
    return Response(
        card.data,
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="card-{card.pseudonym}.json"'},
    )

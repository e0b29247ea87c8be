"""Cards: what opens a row of the roll, and later shows that this row was counted. One for each member, on paper or as a file."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from kith.membership.v1 import membership_pb2 as membership
from libs.boards import papers
from libs.boards.rows import commitment, identity_of
from services.web.pages.co_ops.view import own, peers
from services.web.pages.votes import register
from services.web.pages.votes.view import VoteView, fetch, in_fours
from services.web.visit import Visit

_PAGE = 25


@dataclass(frozen=True)
class Card:
    """One member's card, with everything that its paper shows. `fits`: it opens the row with the name we hold today."""

    person_id: str
    name: str
    number: str
    group: str
    pseudonym: str
    salt: str
    vote: str
    pins: list[tuple[str, str]]
    fits: bool
    data: bytes

    @property
    def in_fours(self) -> str:
        """The 16 characters as people read them out."""
        return in_fours(self.pseudonym)


async def show_mine(visit: Visit) -> Response:
    """One's own card, to print or to keep."""
    vote = await fetch(visit)
    return visit.page("votes/card", vote=vote, card=await _mine(visit, vote))


async def download_mine(visit: Visit) -> Response:
    """The same as a file."""
    return _file(await _mine(visit, await fetch(visit)))


async def show_all(visit: Visit) -> Response:
    """Everybody's cards, some at a time, one on each sheet."""
    vote = await fetch(visit)
    numbers = await register.numbers_of(visit)
    answer: pb.ListVoteRowsResponse = await visit.ask(
        visit.front.services.votes.ListVoteRows,
        pb.ListVoteRowsRequest(vote_id=vote.id, page_size=_PAGE, page_token=visit.query("page")),
    )
    names = await visit.names(one.person_id for one in answer.rows)
    pins = await fingerprints(visit, vote)
    cards = [
        await _card(visit, vote, one.person_id, numbers.get(one.person_id, ""), names[one.person_id].full, pins) for one in answer.rows
    ]
    more = f"{vote.path}/cards?page={answer.next_page_token}" if answer.next_page_token else ""
    return visit.page("votes/cards", vote=vote, cards=cards, more=more)


async def download(visit: Visit) -> Response:
    """One person's card as a file, for the secretary to hand over."""
    vote = await fetch(visit)
    person = visit.part("person")
    number = (await register.numbers_of(visit)).get(person, "")
    names = await visit.names([person])
    return _file(await _card(visit, vote, person, number, names[person].full, await fingerprints(visit, vote)))


async def fingerprints(visit: Visit, vote: VoteView) -> Mapping[str, str]:
    """The root fingerprints by which our own co-op knows the parties: ours, and those whose code was compared by phone."""
    ours: fed.GetOwnIdentityResponse = await own(visit)
    known = {ours.co_op: ours.fingerprint} | {one.co_op: one.fingerprint for one in await peers(visit)}
    parties = {one.id for one in vote.terms.parties} if vote.terms else set(known)
    return {co_op: one for co_op, one in known.items() if co_op in parties and one}


async def _mine(visit: Visit, vote: VoteView) -> Card:
    found: membership.GetMemberResponse = await visit.ask(
        visit.front.services.membership.GetMember, membership.GetMemberRequest(person_id=visit.person_id)
    )
    names = await visit.names([visit.person_id])
    pins = await fingerprints(visit, vote)
    return await _card(visit, vote, "", found.member.member_number, names[visit.person_id].full, pins)


async def _card(visit: Visit, vote: VoteView, person_id: str, number: str, name: str, pins: Mapping[str, str]) -> Card:
    request = pb.GetVoteCardRequest(vote_id=vote.id, person_id=person_id)
    answer: pb.GetVoteCardResponse = await visit.ask(visit.front.services.votes.GetVoteCard, request)
    identity = identity_of(number, name)
    co_op = (await own(visit)).co_op
    made = commitment(vote.id, answer.pseudonym, answer.group, identity, answer.salt)
    return Card(
        person_id=person_id,
        name=name,
        number=number,
        group=answer.group,
        pseudonym=answer.pseudonym,
        salt=in_fours(answer.salt.hex()),
        vote=in_fours(vote.id),
        pins=[(one, in_fours(pin)) for one, pin in sorted(pins.items())],
        fits=made == answer.commitment,
        data=papers.card(vote.id, co_op, answer.pseudonym, answer.group, identity, answer.salt, pins),
    )


def _file(card: Card) -> Response:
    return Response(
        card.data,
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="card-{card.pseudonym}.json"'},
    )

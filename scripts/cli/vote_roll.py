"""The roll of a vote: who may vote, as the register has them, for the freezing and for the scrutineers who open every row again."""

from collections.abc import Sequence
from uuid import UUID

from kith.governance.v1 import votes_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hats
from libs.boards.rows import identity_of
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli.door import Door
from scripts.cli.register import members

SECONDS = 60.0
"""A roll of thousands takes longer than a click."""
_TOGETHER = 200


async def identities(door: Door) -> dict[str, str]:
    """By person id, the text a row is made of, for every member of today: member number, line feed, full name, as the pages have it."""
    numbers = {one.person_id: one.member_number async for one in members(door)}
    people = list(numbers)
    names: dict[str, str] = {}
    for at in range(0, len(people), _TOGETHER):
        asked = identity.GetNamesRequest(person_ids=people[at : at + _TOGETHER])
        answer = await ask(door.identity.GetNames, asked, door.secretary())
        names |= {one.person_id: one.full_name for one in answer.names}
    return {person: identity_of(number, names[person]) for person, number in numbers.items()}


async def freeze(door: Door, vote: str) -> pb.Vote:
    """As the secretary."""
    asked = pb.FreezeVoteRollRequest(request_id=str(new_id()), vote_id=vote, people=_rows(await identities(door)))
    answer: pb.FreezeVoteRollResponse = await ask(door.votes.FreezeVoteRoll, asked, door.secretary(), SECONDS)
    return answer.vote


async def attest(door: Door, vote: str, scrutineer: UUID) -> pb.AttestVoteRollResponse:
    """As somebody who wears the scrutineer's hat, with the register fetched anew. With any wrong row nothing is attested."""
    asked = pb.AttestVoteRollRequest(request_id=str(new_id()), vote_id=vote, people=_rows(await identities(door)))
    answer: pb.AttestVoteRollResponse = await ask(door.votes.AttestVoteRoll, asked, door.person(scrutineer, hats.SCRUTINEER), SECONDS)
    return answer


async def on_roll(door: Door, vote: str) -> list[pb.VoteRow]:
    """Everybody who has a row, without pseudonyms."""
    found: list[pb.VoteRow] = []
    token = ""
    while True:
        asked = pb.ListVoteRowsRequest(vote_id=vote, page_size=200, page_token=token)
        answer = await ask(door.votes.ListVoteRows, asked, door.secretary())
        found += answer.rows
        token = answer.next_page_token
        if not token:
            return found


def _rows(people: dict[str, str]) -> Sequence[pb.RowIdentity]:
    return [pb.RowIdentity(person_id=person, identity=text) for person, text in people.items()]

"""The roll of a vote: freezes it from the register, and lets scrutineers attest every row against the register."""

from collections.abc import Sequence
from uuid import UUID

from kith.governance.v1 import votes_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hats
from libs.boards.pseudonyms import commitment_identity
from libs.database.engine import new_id
from libs.rpc.client import call_service
from scripts.cli.connection import Connection
from scripts.cli.register_lookup import list_members

TIMEOUT_SECONDS = 60.0
"""A roll of thousands takes longer than an ordinary call."""
_BATCH_SIZE = 200


async def roll_identities(connection: Connection) -> dict[str, str]:
    """Maps the person id of every current member to the text of their row: member number, line feed, full name, as on the pages."""
    numbers = {entry.person_id: entry.member_number async for entry in list_members(connection)}
    people = list(numbers)
    names: dict[str, str] = {}
    for start in range(0, len(people), _BATCH_SIZE):
        request = identity.GetNamesRequest(person_ids=people[start : start + _BATCH_SIZE])
        response = await call_service(connection.identity.GetNames, request, connection.secretary_token())
        names |= {entry.person_id: entry.full_name for entry in response.names}
    return {person: commitment_identity(number, names[person]) for person, number in numbers.items()}


async def freeze_roll(connection: Connection, vote: str) -> pb.Vote:
    """Freezes the roll as the secretary."""
    request = pb.FreezeVoteRollRequest(request_id=str(new_id()), vote_id=vote, people=_rows(await roll_identities(connection)))
    response: pb.FreezeVoteRollResponse = await call_service(
        connection.votes.FreezeVoteRoll, request, connection.secretary_token(), TIMEOUT_SECONDS
    )
    return response.vote


async def attest_roll(connection: Connection, vote: str, scrutineer: UUID) -> pb.AttestVoteRollResponse:
    """Attests the roll as a scrutineer, with a fresh copy of the register. If any row is wrong, nothing is attested."""
    request = pb.AttestVoteRollRequest(request_id=str(new_id()), vote_id=vote, people=_rows(await roll_identities(connection)))
    response: pb.AttestVoteRollResponse = await call_service(
        connection.votes.AttestVoteRoll, request, connection.person_token(scrutineer, hats.SCRUTINEER), TIMEOUT_SECONDS
    )
    return response


async def list_roll_rows(connection: Connection, vote: str) -> list[pb.VoteRow]:
    """All rows of the roll, without pseudonyms."""
    rows: list[pb.VoteRow] = []
    token = ""
    while True:
        request = pb.ListVoteRowsRequest(vote_id=vote, page_size=200, page_token=token)
        response = await call_service(connection.votes.ListVoteRows, request, connection.secretary_token())
        rows += response.rows
        token = response.next_page_token
        if not token:
            return rows


def _rows(people: dict[str, str]) -> Sequence[pb.RowIdentity]:
    return [pb.RowIdentity(person_id=person, identity=text) for person, text in people.items()]

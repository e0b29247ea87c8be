"""The roll of a vote: freezes it from the register, and lets scrutineers attest every row against the register."""

from collections.abc import Sequence
from uuid import UUID

from kith.governance.v1 import votes_pb2 as pb
from libs.access import hat_names
from libs.boards.pseudonyms import commitment_identity
from scripts.cli.connection import Connection
from scripts.cli.register_lookup import full_names, list_members

TIMEOUT_SECONDS = 60.0
"""A roll of thousands takes longer than an ordinary call."""


async def roll_identities(co_op: Connection) -> dict[str, str]:
    """Maps the person id of every current member to the text of their row: member number, line feed, full name, as on the pages."""
    members = await list_members(co_op)
    names = await full_names(co_op, (member.person_id for member in members))
    return {member.person_id: commitment_identity(member.member_number, names[member.person_id]) for member in members}


async def freeze_roll(co_op: Connection, vote: str) -> pb.Vote:
    """Freezes the roll as the secretary."""
    request = pb.FreezeVoteRollRequest(vote_id=vote, people=_rows(await roll_identities(co_op)))
    response: pb.FreezeVoteRollResponse = await co_op.as_secretary(co_op.votes.FreezeVoteRoll, request, seconds=TIMEOUT_SECONDS)
    return response.vote


async def attest_roll(co_op: Connection, vote: str, scrutineer: UUID) -> pb.AttestVoteRollResponse:
    """Attests the roll as a scrutineer, with a fresh copy of the register. If any row is wrong, nothing is attested."""
    request = pb.AttestVoteRollRequest(vote_id=vote, people=_rows(await roll_identities(co_op)))
    return await co_op.call(co_op.votes.AttestVoteRoll, request, co_op.person_token(scrutineer, hat_names.SCRUTINEER), TIMEOUT_SECONDS)


async def list_roll_rows(co_op: Connection, vote: str) -> list[pb.VoteRow]:
    """All rows of the roll, without pseudonyms."""
    return await co_op.list_as_secretary(co_op.votes.ListVoteRows, pb.ListVoteRowsRequest(vote_id=vote), lambda page: page.rows)


def _rows(people: dict[str, str]) -> Sequence[pb.RowIdentity]:
    return [pb.RowIdentity(person_id=person, identity=text) for person, text in people.items()]

"""A paper ballot in a federated vote, entered on the command line by two people, with real governance."""

from uuid import UUID

import pytest

from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.callers import AuthenticationStrength, CallerChannel
from libs.refusals import Invalid, NotAllowed
from libs.rpc.client import call_service
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.vote_paper_ballots import BallotSource, confirm_ballot, list_unconfirmed, record_ballot
from tests.support.member_assembly import refused_with
from tests.support.running_co_op import Infrastructure, RunningCoOp
from tests.support.simulated_vote import SimulatedVote, simulated_vote


class DirectConnection(Connection):
    """The command line's way into governance alone, with the tokens that it mints for anyone who holds the data folder."""

    def __init__(self, co_op: RunningCoOp, secretary: UUID) -> None:
        self._co_op = co_op
        self._secretary = secretary
        self.votes = co_op.stub(VoteServiceStub)

    def operator_id(self) -> UUID:
        return self._secretary

    def person_token(self, person: UUID, hat: str = "") -> str:
        return self._co_op.token(person, hat, AuthenticationStrength.INSTANCE_KEY, CallerChannel.COMMAND_LINE)


def connect_to(voting: SimulatedVote) -> DirectConnection:
    return DirectConnection(voting.assembly.co_op, voting.assembly.secretary)


async def get_ballot(voting: SimulatedVote, person: UUID) -> pb.VoteBallot:
    request = pb.GetMyVoteBallotRequest(vote_id=voting.vote)
    response: pb.GetMyVoteBallotResponse = await call_service(voting.stub.GetMyVoteBallot, request, voting.assembly.co_op.token(person))
    return response.ballot


@pytest.mark.capability("G15")
async def test_two_people_take_a_paper_vote_at_the_command_line(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        door, first, second, pat = connect_to(voting), voting.assembly.secretary, voting.assembly.second, voting.voters[0]
        entry = await record_ballot(door, voting.vote, pat, first, ["for"], BallotSource.PHONE, asked_for=True)
        listed = await list_unconfirmed(door, voting.vote)
        assert [(item.record_id, item.person_id, item.taken, item.recorder) for item in listed] == [(entry, str(pat), "phone", str(first))]
        with refused_with(NotAllowed, "SAME_RECORDER"):
            await confirm_ballot(door, voting.vote, pat, first, ["for"])
        with refused_with(Invalid, "PHONE_CONSENT_MISSING"):
            await confirm_ballot(door, voting.vote, pat, second, ["for"])
        assert not (await confirm_ballot(door, voting.vote, pat, second, ["for"], asked_for=True)).differs
        mine = await get_ballot(voting, pat)
        assert ([mark.option for mark in mine.marks], mine.taken, mine.revision) == (["for"], "phone", 1)
        assert await list_unconfirmed(door, voting.vote) == []


async def test_what_the_two_wrote_differently_is_put_aside(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        door, second, pat = connect_to(voting), voting.assembly.second, voting.voters[0]
        await record_ballot(door, voting.vote, pat, voting.assembly.secretary, ["for"], BallotSource.PAPER)
        assert (await confirm_ballot(door, voting.vote, pat, second, ["against"])).differs
        with pytest.raises(CommandError, match="Nothing of this member waits") as error:
            await confirm_ballot(door, voting.vote, pat, second, ["for"])
        assert error.value.code is ExitCode.NOT_FOUND
        assert (await get_ballot(voting, pat)).revision == 0


async def test_a_word_that_is_no_option_is_not_written_down(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        await voting.open()
        door, pat = connect_to(voting), voting.voters[0]
        with pytest.raises(CommandError, match="not among the options"):
            await record_ballot(door, voting.vote, pat, voting.assembly.secretary, ["perhaps"], BallotSource.PAPER)
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await record_ballot(door, voting.vote, pat, voting.voters[1], ["for"], BallotSource.PAPER)
        assert await list_unconfirmed(door, voting.vote) == []

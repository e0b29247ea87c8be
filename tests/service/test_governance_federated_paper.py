"""A paper vote of a vote with other co-ops, taken at the command line by two people; governance is real."""

from uuid import UUID

import pytest

from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs.callers import Strength, Via
from libs.refusals import NotAllowed
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door
from scripts.cli.vote_recorders import Taken, confirm, record, waiting
from tests.support.assembly import told
from tests.support.running import CoOp, Kith
from tests.support.vote_assembly import Voting, a_vote


class WayIn(Door):
    """The command line's way into governance alone, with the tokens that it mints for whoever holds the data folder."""

    def __init__(self, co_op: CoOp, secretary: UUID) -> None:
        self._co_op = co_op
        self._secretary = secretary
        self.votes = co_op.stub(VoteServiceStub)

    def steward(self) -> UUID:
        return self._secretary

    def person(self, who: UUID, hat: str = "") -> str:
        return self._co_op.token(who, hat, Strength.INSTANCE_KEY, Via.COMMAND_LINE)


def way_in(voting: Voting) -> WayIn:
    return WayIn(voting.assembly.co_op, voting.assembly.secretary)


async def ballot_of(voting: Voting, person: UUID) -> pb.VoteBallot:
    asked = pb.GetMyVoteBallotRequest(vote_id=voting.vote)
    found: pb.GetMyVoteBallotResponse = await ask(voting.desk.GetMyVoteBallot, asked, voting.assembly.co_op.token(person))
    return found.ballot


@pytest.mark.capability("G15")
async def test_two_people_take_a_paper_vote_at_the_command_line(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        door, first, second, pat = way_in(voting), voting.assembly.secretary, voting.assembly.second, voting.everybody[0]
        entry = await record(door, voting.vote, pat, first, ["for"], Taken.PHONE)
        listed = [one async for one in waiting(door, voting.vote)]
        assert [(one.record_id, one.person_id, one.taken, one.recorder) for one in listed] == [(entry, str(pat), "phone", str(first))]
        with told(NotAllowed, "SAME_RECORDER"):
            await confirm(door, voting.vote, pat, first, ["for"])
        assert not (await confirm(door, voting.vote, pat, second, ["for"])).differs
        mine = await ballot_of(voting, pat)
        assert ([one.option for one in mine.marks], mine.taken, mine.revision) == (["for"], "phone", 1)
        assert [one async for one in waiting(door, voting.vote)] == []


async def test_what_the_two_wrote_differently_is_put_aside(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        door, second, pat = way_in(voting), voting.assembly.second, voting.everybody[0]
        await record(door, voting.vote, pat, voting.assembly.secretary, ["for"], Taken.PAPER)
        assert (await confirm(door, voting.vote, pat, second, ["against"])).differs
        with pytest.raises(CommandError, match="Nothing of this member waits") as error:
            await confirm(door, voting.vote, pat, second, ["for"])
        assert error.value.code is ExitCode.NOT_FOUND
        assert (await ballot_of(voting, pat)).revision == 0


async def test_a_word_that_is_no_option_is_not_written_down(kith: Kith) -> None:
    async with a_vote(kith, user=6, worker=5) as voting:
        await voting.open_it()
        door, pat = way_in(voting), voting.everybody[0]
        with pytest.raises(CommandError, match="not among the options"):
            await record(door, voting.vote, pat, voting.assembly.secretary, ["perhaps"], Taken.PAPER)
        with told(NotAllowed, "HAT_NEEDED"):
            await record(door, voting.vote, pat, voting.everybody[1], ["for"], Taken.PAPER)
        assert [one async for one in waiting(door, voting.vote)] == []

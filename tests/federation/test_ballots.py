"""What becomes of ballots that come too late, of rubbish on a board, and of what is told twice."""

import asyncio
import json

import pytest

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.facts.v1 import facts_pb2 as facts
from libs.boards import entries
from libs.boards.entries import Ballot
from libs.database.engine import Database
from libs.refusals import NotNow
from tests.support.assembly import told
from tests.support.federated import Commons, FederatedCoOp
from tests.support.federated_vote import FederatedVote
from tests.support.running import Voice

pytestmark = pytest.mark.capability("G15")


async def _state(one: FederatedCoOp, vote: FederatedVote, *data: bytes) -> None:
    """Its governance states these as ballots, whatever they are."""
    database = Database(one.co_op.databases["governance"].run_url, pool_size=2)
    await Voice(database).state(*((facts.VoteBallotCast(vote_id=vote.id, entry=each), vote.id) for each in data))
    await database.close()


async def test_late_ballots_are_refused_at_home_and_not_counted_when_nobody_held_them_by_the_end(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        first, second = them["alder"].everybody[:2]
        in_time = await vote.ballot("alder", first, "for")
        await vote.witnessed()
        assert (await vote.status("alder", in_time.pseudonym)).word == federation.BALLOT_WORD_WITNESSED
        them.part({"alder"}, {"brook", "cove"})
        alone = await vote.ballot("alder", second, "for")
        await vote.governance("alder", lambda seen: seen.ballots == 2)
        assert (await vote.status("alder", alone.pseudonym)).word in (federation.BALLOT_WORD_RECORDED, 0)
        them.step_to(vote.terms.close + 1)
        with told(NotNow, "BALLOT_CLOSED"):
            await vote.ballot("alder", first, "against", revision=1)
        await vote.conclude()
        them.heal()
        await vote.final()
        await vote.agreed()
        assert (await vote.status("alder", in_time.pseudonym)).word == federation.BALLOT_WORD_COUNTED
        assert (await vote.status("alder", alone.pseudonym)).word == federation.BALLOT_WORD_NOT_COUNTED
        outcome = json.loads((await vote.outcome("brook")).outcome)
        assert [one for one in outcome["tallies"] if one[0] == "alder"] == [["alder", "user", "for", 1]]


async def test_a_bad_entry_does_not_stop_a_board_and_is_rejected_with_the_same_code_everywhere(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        alder = them["alder"]
        good = await vote.ballot("alder", alder.everybody[0], "for")
        unknown = Ballot("0" * 16, "for").data()
        bad_choice = Ballot(good.pseudonym, "perhaps").data()
        too_long = b"x" * (entries.LONGEST + 1)
        await _state(alder, vote, b"\xff rubbish", b'{"kind":"ballot"}', unknown, bad_choice, too_long)
        await vote.ballot("alder", alder.everybody[1], "against")
        await vote.close()
        await vote.agreed()
        outcome = json.loads((await vote.outcome("cove")).outcome)
        codes = sorted(code for co_op, _, code in outcome["rejected"] if co_op == "alder")
        assert codes == ["BAD_CHOICE", "BAD_FORM", "BAD_FORM", "NO_ROW"]
        assert [one for one in outcome["tallies"] if one[0] == "alder"] == [["alder", "user", "against", 1], ["alder", "user", "for", 1]]


async def test_what_governance_tells_twice_counts_once(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        alder = them["alder"]
        person = alder.everybody[0]
        first = await vote.ballot("alder", person, "for")
        await vote.ballot("alder", person, "against", revision=1)
        await _state(alder, vote, Ballot(first.pseudonym, "for").data(), Ballot(first.pseudonym, "against").data())
        await asyncio.gather(*(one.co_op.heard("federation", "governance") for one in them.running))
        await vote.close()
        await vote.agreed()
        outcome = json.loads((await vote.outcome("brook")).outcome)
        assert [one for one in outcome["tallies"] if one[0] == "alder"] == [["alder", "user", "against", 1]]

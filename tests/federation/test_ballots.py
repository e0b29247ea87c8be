"""Late ballots, malformed board entries and repeated events."""

import asyncio
import json

import pytest

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.facts.v1 import facts_pb2 as facts
from libs.boards import entries
from libs.boards.entries import BallotEntry
from libs.database.engine import Database
from libs.refusals import FailedPrecondition
from tests.support.co_op_network import NetworkPool
from tests.support.federated_vote import FederatedVote
from tests.support.member_assembly import refused_with
from tests.support.networked_co_op import NetworkedCoOp
from tests.support.running_co_op import EventPublisher

pytestmark = pytest.mark.capability("G15")


async def _publish_entries(party: NetworkedCoOp, vote: FederatedVote, *data: bytes) -> None:
    """Its governance states these as ballots, whatever they are."""
    database = Database(party.co_op.databases["governance"].run_url, pool_size=2)
    ballots = [(facts.VoteBallotCast(vote_id=vote.id, entry=each), vote.id) for each in data]
    await EventPublisher(database, party.co_op.now).publish(*ballots)
    await database.close()


async def test_late_ballots_are_refused_at_home_and_not_counted_when_nobody_held_them_by_the_end(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        first, second = network["alder"].voters[:2]
        in_time = await vote.ballot("alder", first, "for")
        await vote.wait_until_witnessed()
        assert (await vote.get_ballot_status("alder", in_time.pseudonym)).word == federation.BALLOT_WORD_WITNESSED
        network.partition({"alder"}, {"brook", "cove"})
        alone = await vote.ballot("alder", second, "for")
        await vote.wait_for_governance("alder", lambda seen: seen.ballots == 2)
        assert (await vote.get_ballot_status("alder", alone.pseudonym)).word in (federation.BALLOT_WORD_RECORDED, 0)
        network.advance_clocks_to(vote.terms.close + 1)
        with refused_with(FailedPrecondition, "BALLOT_CLOSED"):
            await vote.ballot("alder", first, "against", revision=1)
        await vote.conclude()
        network.heal()
        await vote.wait_until_final()
        await vote.assert_agreed()
        assert (await vote.get_ballot_status("alder", in_time.pseudonym)).word == federation.BALLOT_WORD_COUNTED
        assert (await vote.get_ballot_status("alder", alone.pseudonym)).word == federation.BALLOT_WORD_NOT_COUNTED
        outcome = json.loads((await vote.get_outcome("brook")).outcome)
        assert [one for one in outcome["tallies"] if one[0] == "alder"] == [["alder", "user", "for", 1]]


async def test_a_bad_entry_does_not_stop_a_board_and_is_rejected_with_the_same_code_everywhere(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        alder = network["alder"]
        good = await vote.ballot("alder", alder.voters[0], "for")
        unknown = BallotEntry("0" * 16, "for").data()
        bad_choice = BallotEntry(good.pseudonym, "perhaps").data()
        too_long = b"x" * (entries.MAX_ENTRY_BYTES + 1)
        await _publish_entries(alder, vote, b"\xff rubbish", b'{"kind":"ballot"}', unknown, bad_choice, too_long)
        await vote.ballot("alder", alder.voters[1], "against")
        await vote.close()
        await vote.assert_agreed()
        outcome = json.loads((await vote.get_outcome("cove")).outcome)
        codes = sorted(code for co_op, _, code in outcome["rejected"] if co_op == "alder")
        assert codes == ["BAD_CHOICE", "BAD_FORM", "BAD_FORM", "NO_ROW"]
        assert [one for one in outcome["tallies"] if one[0] == "alder"] == [["alder", "user", "against", 1], ["alder", "user", "for", 1]]


async def test_an_event_that_governance_repeats_counts_once(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        alder = network["alder"]
        person = alder.voters[0]
        first = await vote.ballot("alder", person, "for")
        await vote.ballot("alder", person, "against", revision=1)
        await _publish_entries(alder, vote, BallotEntry(first.pseudonym, "for").data(), BallotEntry(first.pseudonym, "against").data())
        await asyncio.gather(*(co_op.co_op.wait_until_consumed("federation", "governance") for co_op in network.running))
        await vote.close()
        await vote.assert_agreed()
        outcome = json.loads((await vote.get_outcome("brook")).outcome)
        assert [one for one in outcome["tallies"] if one[0] == "alder"] == [["alder", "user", "against", 1]]

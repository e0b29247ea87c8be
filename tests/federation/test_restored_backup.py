"""A co-op restored from a backup: it signs nothing until it has asked its peers, and recovers from them what it had signed."""

import pytest

from kith.federation.facts.v1 import facts_pb2 as federation_facts
from kith.federation.v1 import federation_pb2 as federation
from libs.boards import entries
from libs.refusals import Unavailable
from libs.rpc.client import call_service
from tests.support.co_op_network import NetworkPool
from tests.support.networked_co_op import NetworkedCoOp

pytestmark = pytest.mark.capability("G15")


async def _is_recovering(party: NetworkedCoOp) -> bool:
    response: federation.GetOwnIdentityResponse = await call_service(
        party.peering.GetOwnIdentity, federation.GetOwnIdentityRequest(), party.secretary_token
    )
    return response.recovering


async def _list_notices(party: NetworkedCoOp, vote: str, co_op: str) -> list[str]:
    async with party.co_op.database_transaction("federation") as connection:
        rows = await connection.fetch("select data from entry where vote = $1 and co_op = $2 order by index", vote, co_op)
    read = [entries.read_entry(bytes(row["data"])) for row in rows]
    return [entry.about for entry in read if isinstance(entry, entries.NoticeEntry)]


async def test_a_database_restored_during_a_vote_recovers_its_ballots_from_the_only_peer_that_has_them(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        alder = network["alder"]
        await vote.cast("alder", "for")
        await vote.wait_until_witnessed()
        copy = await alder.take_snapshot("federation")
        network.partition({"alder", "brook"}, {"cove"})
        await vote.cast("alder", "", "for", "against", "for")
        await vote.ballot("alder", alder.voters[0], "against", revision=1)
        await vote.wait_until_witnessed("alder")
        held = await vote.get_board("alder", at="brook")
        assert (await vote.get_board("alder", at="cove")).size < held.size

        await alder.restore_snapshot(copy, with_anchor=False)
        await vote.wait_until(lambda evidence: _board_size(evidence, "alder") >= held.size, "alder")
        # One of two mirrors has answered; the other may have more, so nothing is signed yet.
        assert await _is_recovering(alder)
        network.heal()
        await vote.wait_until(lambda evidence: _board_size(evidence, "alder") > held.size)
        assert not await _is_recovering(alder)
        assert entries.RESTORED in await _list_notices(network["cove"], vote.id, "alder")
        assert not (await vote.get_evidence("brook")).misconduct

        await vote.close()
        await vote.assert_agreed()
        board = await vote.get_board("alder", at="cove")
        assert board.ballots == 4


async def test_a_restored_machine_learns_it_from_a_peer_and_asks_for_ballots_that_only_it_had(
    network_pool: NetworkPool,
) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        alder = network["alder"]
        first, second, third = alder.voters[:3]
        await vote.ballot("alder", first, "for")
        await vote.wait_until_witnessed()
        copy = await alder.take_snapshot()
        await vote.ballot("alder", second, "against")
        await vote.wait_until_witnessed()
        held = (await vote.get_board("alder", at="brook")).size

        network.partition({"alder"}, {"brook", "cove"})
        await alder.restore_snapshot(copy, with_anchor=True)
        lost = await vote.ballot("alder", third, "for")
        await vote.wait_until(lambda evidence: _board_size(evidence, "alder") >= held, "alder")
        # Nobody has told it yet that it was set back. A receipt now would give a place that is taken.
        with pytest.raises(Unavailable, match="RECOVERING"):
            await vote.get_receipt("alder", lost.pseudonym)
        network.heal()
        await vote.wait_until(lambda evidence: _board_size(evidence, "alder") > held)
        await vote.wait_for_governance_as("alder", third, lambda seen: seen.must_vote_again)
        assert federation_facts.VoteBallotsLost(vote_id=vote.id, pseudonyms=[lost.pseudonym]) in await alder.co_op.published_events(
            "federation"
        )
        assert not (await vote.get_evidence("brook")).misconduct
        assert entries.RESTORED in await _list_notices(network["brook"], vote.id, "alder")

        again = await vote.ballot("alder", third, "for", revision=1)
        await vote.wait_until_witnessed("alder")
        await vote.get_receipt("alder", again.pseudonym)
        assert f'"{alder.id}/votes/{vote.id}"' in alder.anchor.read_text(encoding="utf-8")
        await vote.close()
        await vote.assert_agreed()
        # The second's ballot is forgotten at home and stands on the board: nobody's witnessed ballot is lost.
        assert (await vote.get_board("alder", at="cove")).ballots == 3


def _board_size(response: federation.GetVoteEvidenceResponse, co_op: str) -> int:
    return next(board.size for board in response.boards if board.co_op == co_op)

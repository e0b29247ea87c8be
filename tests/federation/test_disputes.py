"""What people decide when the evidence alone does not: objections, disputes, settlements, and votes that never opened."""

import json
from functools import partial

import pytest

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.documents import ANNUL, CUTS, Settlement
from scripts.verifier.checks import ExitCode
from tests.support.co_op_network import CoOpNetwork, NetworkPool
from tests.support.federated_vote import FederatedVote
from tests.support.hostile_peer import HostilePeer

DISPUTED, ANNULLED, VOID = (
    federation.EVIDENCE_STATE_DISPUTED,
    federation.EVIDENCE_STATE_ANNULLED,
    federation.EVIDENCE_STATE_VOID,
)


async def _split_vote(network: CoOpNetwork) -> list[FederatedVote]:
    """Two votes in which one side counts a ballot that the other does not know to be witnessed: it held it in time, and its word for that
    was lost when the line broke.
    """
    votes = [await network.vote(), await network.vote()]
    for vote in votes:
        await vote.cast("alder", "for", "against")
        await vote.cast("brook", "for", "for")
        await vote.wait_until_witnessed()
    before = {vote.id: (await vote.get_board("alder", at="brook")).size for vote in votes}
    network.partition({"alder"}, {"brook"})
    for vote in votes:
        late = await vote.ballot("alder", network["alder"].voters[2], "for")
        await vote.wait_until(partial(_board_is_longer, before[vote.id]), "alder")
        await vote.get_receipt("alder", late.pseudonym)
        await _deliver_to_brook_and_drop_response(network, vote, before[vote.id])
        await vote.wait_until(partial(_board_is_witnessed_beyond, before[vote.id]), "brook")
    network.advance_clocks_to(max(vote.terms.concluded_from + vote.terms.grace for vote in votes) + 1)
    for vote in votes:
        await vote.wait_until(lambda evidence: evidence.signatures == 1)
    network.heal()
    for vote in votes:
        await vote.wait_until_state(DISPUTED)
    return votes


async def _deliver_to_brook_and_drop_response(network: CoOpNetwork, vote: FederatedVote, held: int) -> None:
    """What alder's own software would bring, from where brook's copy ends."""
    parcel = HostilePeer(network["alder"])
    entries, head = await parcel.entries(vote.terms, "alder"), await parcel.last_head(vote.terms, "alder")
    await parcel.exchange("brook", parcel.board_part(vote.terms, "alder", held, entries[held:], head), endpoint=network["brook"].border)
    await parcel.close()


def _board_is_longer(size: int, response: federation.GetVoteEvidenceResponse) -> bool:
    return next(board.size for board in response.boards if board.co_op == "alder") > size


def _board_is_witnessed_beyond(size: int, response: federation.GetVoteEvidenceResponse) -> bool:
    return next(board.cut for board in response.boards if board.co_op == "alder") > size


@pytest.mark.capability("G15")
async def test_a_split_is_disputed_until_people_settle_or_annul_it(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(2) as network:
        settled, annulled = await _split_vote(network)
        for vote in (settled, annulled):
            alone = await vote.get_evidence("alder")
            assert (alone.state, alone.why) == (DISPUTED, "split"), alone
            hashes = {signer.hash for signer in (await vote.get_outcome("alder")).signers}
            assert len(hashes) == 2
            await vote.wait_for_governance("brook", lambda seen: seen.disputed_why == "split")

        cuts = tuple((board.co_op, board.cut_at_close) for board in (await settled.get_evidence("brook")).boards)
        agreement = Settlement(settled.id, 2, CUTS, cuts, ())
        await settled.settle(agreement, "alder")
        await settled.wait_until(lambda evidence: list(evidence.settled_by) == ["alder"])
        assert (await settled.get_evidence("brook")).state == DISPUTED
        await settled.settle(agreement, "brook")
        await settled.wait_until(lambda evidence: evidence.revision == 2)
        await settled.wait_until_final()
        await settled.assert_agreed()
        outcome = json.loads((await settled.get_outcome("alder")).outcome)
        assert outcome["revision"] == 2
        assert sum(number for co_op, _, _, number in outcome["tallies"] if co_op == "alder") == 3

        await annulled.settle(Settlement(annulled.id, 2, ANNUL, (), ()))
        await annulled.wait_until_state(ANNULLED)
        assert (await annulled.verify_bundle("alder")).exit == ExitCode.NOT_FINAL
        assert not [co_op for co_op in network.co_ops if (await annulled.get_vote(co_op)).outcome_hash]


@pytest.mark.capability("G15")
async def test_an_objection_leaves_the_outcome_final_and_contested(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        await vote.cast("cove", "for")
        await vote.close()
        await vote.object("brook")
        await vote.wait_until(lambda evidence: evidence.contested and list(evidence.objections) == ["brook"])
        verdict = await vote.assert_agreed(exit_code=ExitCode.CONTESTED)
        assert verdict.state.startswith("final")
        assert "contested" in verdict.state
        for co_op in network.co_ops:
            await vote.wait_for_governance(co_op, lambda seen: seen.state == pb.VOTE_STATE_FINAL and seen.contested)


@pytest.mark.capability("G15")
async def test_without_the_ready_of_one_by_the_last_moment_the_vote_is_void_everywhere(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = FederatedVote(network)
        await vote.propose()
        await vote.join()
        await vote.roll()
        await vote.ready("alder", "cove")
        await vote.wait_until(lambda evidence: sum(board.ready for board in evidence.boards) == 2)
        network.advance_clocks_to(vote.terms.open_latest + 1)
        await vote.wait_until_state(VOID)
        network.advance_clocks_to(vote.terms.concluded_from + 1)
        for co_op in network.co_ops:
            await vote.wait_for_governance(co_op, lambda seen: seen.state == pb.VOTE_STATE_VOID)

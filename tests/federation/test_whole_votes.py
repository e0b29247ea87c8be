"""A vote of several co-ops from the draft to one outcome that all sign and anyone can check."""

import asyncio
import json

import pytest

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from scripts.verifier.checks import ExitCode
from tests.support.co_op_network import NetworkPool
from tests.support.federated_vote import FederatedVote
from tests.support.running_federation import count_peer_exchanges
from tests.support.waiting import wait_until_quiet


@pytest.mark.capability("G15")
async def test_three_co_ops_count_the_same_bytes_after_changes_and_withdrawals(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote(kind="together")
        await vote.cast("alder", "for", "for", "against", "", "for", "for", "for")
        await vote.cast("brook", "against", "against", "for", "abstain", "against")
        await vote.cast("cove", "for", "", "", "for", "", "", "against")
        changed, withdrawn = network["brook"].voters[0], network["cove"].voters[0]
        await vote.ballot("brook", changed, "for", revision=1)
        await vote.ballot("brook", changed, "against", revision=2)
        await vote.ballot("brook", changed, "for", revision=3)
        await vote.ballot("cove", withdrawn, revision=1, withdraw=True)
        await vote.close()
        await vote.assert_agreed()

        outcome = json.loads((await vote.get_outcome("alder")).outcome)
        counted = {(co_op, group, option): number for co_op, group, option, number in outcome["tallies"]}
        assert counted["brook", "user", "for"] == 2
        assert counted["brook", "worker", "against"] == 1
        assert ("cove", "user", "for", 1) in {(*key, number) for key, number in counted.items()}
        for one in network.co_ops:
            seen = await vote.wait_for_governance(one, lambda evidence: evidence.state == pb.VOTE_STATE_FINAL)
            assert seen.outcome_hash == (await vote.get_outcome("alder")).hash
            assert seen.passes == outcome["result"]["passes"]
            assert (await vote.verify_bundle_with_own_pins(one)).exit == ExitCode.FINAL


async def test_idle_co_ops_do_not_call_each_other(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        for number in (0, 1, 2):
            for co_op in ("alder", "brook", "cove"):
                await vote.ballot(co_op, network[co_op].voters[number], "for")
                await vote.wait_until_witnessed(co_op)
        await vote.close()
        await vote.assert_agreed()
        # Twice as long as everybody waits before a vote that is over is looked at again.
        await asyncio.sleep(4)
        await wait_until_quiet(count_peer_exchanges, seconds=4, most=6)


@pytest.mark.capability("G15")
async def test_one_of_three_that_is_down_from_opening_to_final_blocks_nobody(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        await network["brook"].stop()
        await vote.cast("alder", "for", "for")
        await vote.cast("cove", "against", "for")
        await vote.wait_until_witnessed()
        network.advance_clocks_to(vote.terms.concluded_from + vote.terms.grace + 1)
        await vote.wait_until_final("alder", "cove")
        await vote.assert_agreed("alder", "cove")
        assert (await vote.get_evidence("alder")).signatures == 2

        await network["brook"].start()
        await vote.wait_until_final()
        await vote.assert_agreed()
        assert (await vote.get_vote("brook")).state in (pb.VOTE_STATE_FINAL, pb.VOTE_STATE_CLOSED)


@pytest.mark.capability("G15")
async def test_of_two_co_ops_both_must_sign(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(2) as network:
        vote = await network.vote()
        await vote.cast("alder", "for", "for")
        await vote.cast("brook", "for")
        await vote.wait_until_witnessed()
        await network["brook"].stop()
        network.advance_clocks_to(vote.terms.concluded_from + vote.terms.grace + 1)
        await vote.wait_until(lambda evidence: evidence.signatures == 1, "alder")
        alone = await vote.get_evidence("alder")
        assert (alone.state, alone.signatures_needed) == (federation.EVIDENCE_STATE_PROVISIONAL, 2)
        await network["brook"].start()
        await vote.wait_until_final()
        await vote.assert_agreed()


@pytest.mark.capability("G15")
async def test_an_observer_witnesses_what_two_co_ops_would_otherwise_have_to_trust(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(2, observers=1) as network:
        vote = FederatedVote(network)
        await vote.propose(observers=["cove"])
        await vote.open()
        network.partition({"alder"}, {"brook"})
        await vote.cast("alder", "for", "for")
        await vote.cast("brook", "against")
        # Each has only the observer to hold its ballots, and hears of the other's through its mirror.
        await vote.wait_until_witnessed()
        await vote.wait_until(lambda evidence: all(board.size > 12 for board in evidence.boards if not board.observer))
        network.advance_clocks_to(vote.terms.concluded_from + 1)
        await vote.wait_until_final()
        network.heal()
        await vote.assert_agreed()
        assert (await vote.get_evidence("cove")).i_am_observer
        assert not (await vote.get_board("cove")).outcome_hash


@pytest.mark.capability("G15")
async def test_two_co_ops_without_inbound_ports_exchange_through_a_third(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3, unreachable=("alder", "brook")) as network:
        vote = FederatedVote(network)
        await vote.propose(convener="cove")
        await vote.open()
        assert ("alder", "brook") not in network.proxies
        await vote.cast("alder", "for", "for", "against")
        await vote.cast("brook", "against", "for")
        await vote.close()
        verdict = await vote.assert_agreed()
        assert verdict.exit == ExitCode.FINAL
        # They never compared codes: their people know each other's root by the third's word alone, and the verifier says so.
        assert (await vote.verify_bundle_with_own_pins("alder")).exit == ExitCode.NOT_PINNED

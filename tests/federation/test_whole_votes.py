"""A vote of several co-ops from the draft to one outcome that all sign and anyone can check."""

import asyncio
import json

import pytest

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from scripts.verifier.checks import Exit
from tests.support.federated import Commons
from tests.support.federated_vote import FederatedVote
from tests.support.federations import exchanges


@pytest.mark.capability("G15")
async def test_three_co_ops_count_the_same_bytes_after_changes_and_withdrawals(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote(kind="together")
        await vote.cast("alder", "for", "for", "against", "", "for", "for", "for")
        await vote.cast("brook", "against", "against", "for", "abstain", "against")
        await vote.cast("cove", "for", "", "", "for", "", "", "against")
        changed, withdrawn = them["brook"].everybody[0], them["cove"].everybody[0]
        await vote.ballot("brook", changed, "for", revision=1)
        await vote.ballot("brook", changed, "against", revision=2)
        await vote.ballot("brook", changed, "for", revision=3)
        await vote.ballot("cove", withdrawn, revision=1, withdraw=True)
        await vote.close()
        await vote.agreed()

        outcome = json.loads((await vote.outcome("alder")).outcome)
        counted = {(co_op, group, option): number for co_op, group, option, number in outcome["tallies"]}
        assert counted["brook", "user", "for"] == 2
        assert counted["brook", "worker", "against"] == 1
        assert ("cove", "user", "for", 1) in {(*key, number) for key, number in counted.items()}
        for one in them.co_ops:
            seen = await vote.governance(one, lambda found: found.state == pb.VOTE_STATE_FINAL)
            assert seen.outcome_hash == (await vote.outcome("alder")).hash
            assert seen.passes == outcome["result"]["passes"]
            assert (await vote.pinned_at(one)).exit == Exit.FINAL


async def test_when_all_is_said_nobody_calls_anybody(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        for number in (0, 1, 2):
            for co_op in ("alder", "brook", "cove"):
                await vote.ballot(co_op, them[co_op].everybody[number], "for")
                await vote.witnessed(co_op)
        await vote.close()
        await vote.agreed()
        # Twice as long as everybody waits before a vote that is over is looked at again.
        await asyncio.sleep(4)
        before = exchanges()
        await asyncio.sleep(4)
        assert exchanges() - before <= 6


@pytest.mark.capability("G15")
async def test_one_of_three_that_is_down_from_opening_to_final_stops_nobody(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        await them["brook"].stop()
        await vote.cast("alder", "for", "for")
        await vote.cast("cove", "against", "for")
        await vote.witnessed()
        them.step_to(vote.terms.concluded_from + vote.terms.grace + 1)
        await vote.final("alder", "cove")
        await vote.agreed("alder", "cove")
        assert (await vote.proof("alder")).signatures == 2

        await them["brook"].start()
        await vote.final()
        await vote.agreed()
        assert (await vote.seen("brook")).state in (pb.VOTE_STATE_FINAL, pb.VOTE_STATE_CLOSED)


@pytest.mark.capability("G15")
async def test_of_two_co_ops_both_must_sign(commons: Commons) -> None:
    async with commons.lent(2) as them:
        vote = await them.vote()
        await vote.cast("alder", "for", "for")
        await vote.cast("brook", "for")
        await vote.witnessed()
        await them["brook"].stop()
        them.step_to(vote.terms.concluded_from + vote.terms.grace + 1)
        await vote.until(lambda found: found.signatures == 1, "alder")
        alone = await vote.proof("alder")
        assert (alone.state, alone.signatures_needed) == (federation.EVIDENCE_STATE_PROVISIONAL, 2)
        await them["brook"].start()
        await vote.final()
        await vote.agreed()


@pytest.mark.capability("G15")
async def test_an_observer_holds_what_two_co_ops_would_have_to_believe_each_other(commons: Commons) -> None:
    async with commons.lent(2, observers=1) as them:
        vote = FederatedVote(them)
        await vote.propose(observers=["cove"])
        await vote.open()
        them.part({"alder"}, {"brook"})
        await vote.cast("alder", "for", "for")
        await vote.cast("brook", "against")
        # Each has only the observer to hold its ballots, and hears of the other's through its mirror.
        await vote.witnessed()
        await vote.until(lambda found: all(one.size > 12 for one in found.boards if not one.observer))
        them.step_to(vote.terms.concluded_from + 1)
        await vote.final()
        them.heal()
        await vote.agreed()
        assert (await vote.proof("cove")).i_am_observer
        assert not (await vote.board("cove")).outcome_hash


@pytest.mark.capability("G15")
async def test_two_without_inbound_ports_meet_through_the_mirror_of_a_third(commons: Commons) -> None:
    async with commons.lent(3, unreachable=("alder", "brook")) as them:
        vote = FederatedVote(them)
        await vote.propose(convener="cove")
        await vote.open()
        assert ("alder", "brook") not in them.lines
        await vote.cast("alder", "for", "for", "against")
        await vote.cast("brook", "against", "for")
        await vote.close()
        verdict = await vote.agreed()
        assert verdict.exit == Exit.FINAL
        # They never compared codes: their people know each other's root by the third's word alone, and the verifier says so.
        assert (await vote.pinned_at("alder")).exit == Exit.NOT_PINNED

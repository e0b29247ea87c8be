"""One co-op goes down during votes, in any state, and comes back: others wait only if they must, and all agree."""

import asyncio
import os

import pytest

from tests.support.co_op_network import CoOpNetwork, NetworkPool
from tests.support.federated_vote import FederatedVote

BEFORE_OPENING = ("proposed", "joining", "rolls", "ready")
AFTER_OPENING = ("open", "closing", "provisional", "final")
SIZES: list[tuple[int, tuple[str, ...]]] = [(3, AFTER_OPENING), (5, ("open",))]
if "KITH_MARATHON" in os.environ:
    # Minutes of work for two cores: `scripts/bench many` has network, and asks that all passed.
    SIZES += [(5, AFTER_OPENING[1:]), (7, AFTER_OPENING)]


@pytest.mark.capability("G15")
async def test_before_opening_all_wait_for_the_one_that_is_down_and_nothing_is_lost(network_pool: NetworkPool) -> None:
    """Unanimity before opening: four votes, each at another state when one co-op goes down. It comes back, and all four open and end."""
    async with network_pool.borrow(3) as network:
        votes = {state: FederatedVote(network) for state in BEFORE_OPENING}
        await asyncio.gather(*(vote.propose() for vote in votes.values()))
        for vote in (votes["rolls"], votes["ready"]):
            await vote.join()
        await votes["ready"].roll()
        await votes["ready"].ready("alder", "brook")
        await votes["joining"].join("brook")

        await network["brook"].stop()
        await asyncio.gather(votes["proposed"].join(), votes["joining"].join(), votes["rolls"].roll())
        await asyncio.gather(votes["rolls"].ready(), votes["ready"].ready("cove"))
        await votes["rolls"].wait_until(lambda evidence: all(board.roll for board in evidence.boards if board.co_op != "brook"))
        for vote in votes.values():
            assert not (await vote.get_vote("alder")).opened

        await network["brook"].start()
        await votes["proposed"].join("brook")
        await asyncio.gather(votes["proposed"].roll(), votes["joining"].roll(), votes["rolls"].roll("brook"))
        await asyncio.gather(votes["proposed"].ready(), votes["joining"].ready(), votes["rolls"].ready("brook"))
        for vote in votes.values():
            await vote.wait_until_open()
            await vote.cast("brook", "for", "against")
        await asyncio.gather(*(vote.wait_until_witnessed() for vote in votes.values()))
        network.advance_clocks_to(max(vote.terms.concluded_from for vote in votes.values()) + 1)
        for vote in votes.values():
            await vote.wait_until_final()
            await vote.assert_agreed()


@pytest.mark.capability("G15")
@pytest.mark.parametrize(("number", "states"), SIZES, ids=[f"{number}-co-ops-{'-'.join(states)}" for number, states in SIZES])
async def test_after_opening_the_others_conclude_without_the_one_that_is_down(
    network_pool: NetworkPool, number: int, states: tuple[str, ...]
) -> None:
    """A majority after the close: one is down while a vote is open, closing, provisional or final, and agrees when it is back."""
    async with network_pool.borrow(number) as network:
        for state in states:
            await _conclude_without_stopped_co_op(network, state)


async def _conclude_without_stopped_co_op(network: CoOpNetwork, state: str) -> None:
    away, others = network["brook"], [co_op for co_op in network.co_ops if co_op != "brook"]
    vote = await network.vote()
    for co_op in network.co_ops:
        await vote.cast(co_op, "for", "against")
    await vote.wait_until_witnessed()
    moments = {
        "open": vote.terms.close - 60,
        "closing": vote.terms.close + 1,
        "provisional": vote.terms.concluded_from + 1,
        "final": vote.terms.concluded_from + 1,
    }
    network.advance_clocks_to(moments[state])
    if state == "final":
        await vote.wait_until_final()
    await away.stop()
    if state == "open":
        await vote.cast("alder", "", "", "for")
        await vote.wait_until_witnessed(*others)
    network.advance_clocks_to(vote.terms.concluded_from + vote.terms.grace + 1)
    await vote.wait_until_final(*others)
    await vote.assert_agreed(*others)
    await away.start()
    await vote.wait_until_final()
    await vote.assert_agreed()

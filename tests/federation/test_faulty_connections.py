"""Connections between co-ops are slow, half open or cut while ballots are cast: all co-ops get the same result."""

import asyncio
import math
import random

import pytest

from services.federation.border import translate_vote_sync
from tests.support.co_op_network import NetworkPool
from tests.support.faulty_proxy import cut_connections_at_random
from tests.support.running_federation import count_peer_exchanges

pytestmark = pytest.mark.capability("G15")


async def test_ballots_cast_over_faulty_connections_are_witnessed_and_counted_the_same_everywhere(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        over, chance = asyncio.Event(), random.Random(7)  # noqa: S311 - it guards nothing, and falls the same each time
        network.proxies["alder", "brook"].delay = 0.1
        network.proxies["brook", "alder"].stalled = True
        network.proxies["cove", "alder"].closed = True
        cutting = asyncio.create_task(cut_connections_at_random(network.proxies["alder", "cove"], over, chance))
        dropping = asyncio.create_task(cut_connections_at_random(network.proxies["brook", "cove"], over, chance, most=0.2))
        for choice in ("for", "against", "abstain"):
            number = {"for": 0, "against": 1, "abstain": 2}[choice]
            await asyncio.gather(*(vote.ballot(co_op, network[co_op].voters[number], choice) for co_op in network.co_ops))
            await asyncio.gather(*(vote.ballot(co_op, network[co_op].voters[number], "for", revision=1) for co_op in network.co_ops))
        await vote.wait_until_witnessed()
        over.set()
        assert await cutting + await dropping > 0
        network.proxies["brook", "alder"].cut_connections()
        network.heal()
        await vote.close()
        await vote.assert_agreed()
        for co_op in network.co_ops:
            assert (await vote.get_board(co_op, at="cove")).ballots == 3


async def test_a_long_board_comes_in_pieces_one_right_after_the_other(network_pool: NetworkPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate_vote_sync, "MAX_ENTRIES", 2)
    async with network_pool.borrow(2) as network:
        vote = await network.vote()
        before = (await vote.get_board("alder", at="brook")).size
        network.partition({"alder"}, {"brook"})
        await vote.cast("alder", *["for"] * 7)
        # All of it is on the board before anybody can fetch the first piece.
        await network["alder"].co_op.wait_until_consumed("federation", "governance")
        size = (await vote.get_board("alder")).size
        pieces = math.ceil((size - before) / translate_vote_sync.MAX_ENTRIES)
        assert pieces >= 4
        calls = count_peer_exchanges("alder")
        # Only the co-op that lacks them can call.
        network.proxies["brook", "alder"].closed = False
        await vote.wait_until_witnessed("alder")
        assert (await vote.get_board("alder", at="brook")).size == size
        # One call fetches them all, and on a busy machine another may have come by itself. Had each piece waited for its own call,
        # there would have been as many calls as pieces.
        assert count_peer_exchanges("alder") - calls < pieces - 1

"""Lines between co-ops that delay, drop, lie still or are cut while ballots are cast: all come to the same."""

import asyncio
import random
import time

import pytest

from services.federation.border import vote_parcel
from tests.support.federated import Commons
from tests.support.proxy import cut_now_and_then

pytestmark = pytest.mark.capability("G15")


async def test_ballots_cast_over_bad_lines_are_held_and_counted_the_same_everywhere(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        over, chance = asyncio.Event(), random.Random(7)  # noqa: S311 - it guards nothing, and falls the same each time
        them.lines["alder", "brook"].delay = 0.1
        them.lines["brook", "alder"].still = True
        them.lines["cove", "alder"].closed = True
        cutting = asyncio.create_task(cut_now_and_then(them.lines["alder", "cove"], over, chance))
        dropping = asyncio.create_task(cut_now_and_then(them.lines["brook", "cove"], over, chance, most=0.2))
        for choice in ("for", "against", "abstain"):
            number = {"for": 0, "against": 1, "abstain": 2}[choice]
            await asyncio.gather(*(vote.ballot(one, them[one].everybody[number], choice) for one in them.co_ops))
            await asyncio.gather(*(vote.ballot(one, them[one].everybody[number], "for", revision=1) for one in them.co_ops))
        await vote.witnessed()
        over.set()
        assert await cutting + await dropping > 0
        them.lines["brook", "alder"].cut()
        them.heal()
        await vote.close()
        await vote.agreed()
        for one in them.co_ops:
            assert (await vote.board(one, at="cove")).ballots == 3


async def test_a_long_board_comes_in_pieces_one_right_after_the_other(commons: Commons, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vote_parcel, "MOST_ENTRIES", 2)
    async with commons.lent(2) as them:
        vote = await them.vote()
        them.part({"alder"}, {"brook"})
        await vote.cast("alder", *["for"] * 7)
        began = time.monotonic()
        # Only who lacks them can call.
        them.lines["brook", "alder"].closed = False
        await vote.witnessed("alder")
        # Four pieces: had each waited for the next call that comes by itself, it would have been minutes.
        assert time.monotonic() - began < 20

"""A machine that went back in time: it signs nothing until the others were asked, and takes back from them what it had signed."""

import pytest

from kith.federation.facts.v1 import facts_pb2 as federation_facts
from kith.federation.v1 import federation_pb2 as federation
from libs.boards import entries
from libs.refusals import Elsewhere
from libs.rpc.client import ask
from tests.support.federated import Commons, FederatedCoOp

pytestmark = pytest.mark.capability("G15")


async def _recovering(one: FederatedCoOp) -> bool:
    found: federation.GetOwnIdentityResponse = await ask(one.peering.GetOwnIdentity, federation.GetOwnIdentityRequest(), one.chair)
    return found.recovering


async def _notices(one: FederatedCoOp, vote: str, co_op: str) -> list[str]:
    async with one.co_op.rows("federation") as connection:
        rows = await connection.fetch("select data from entry where vote = $1 and co_op = $2 order by index", vote, co_op)
    read = [entries.read_entry(bytes(row["data"])) for row in rows]
    return [entry.about for entry in read if isinstance(entry, entries.Notice)]


async def test_a_database_set_back_in_mid_vote_takes_its_ballots_back_from_the_one_mirror_that_has_them(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        alder = them["alder"]
        await vote.cast("alder", "for")
        await vote.witnessed()
        copy = await alder.set_aside("federation")
        them.part({"alder", "brook"}, {"cove"})
        await vote.cast("alder", "", "for", "against", "for")
        await vote.ballot("alder", alder.everybody[0], "against", revision=1)
        await vote.witnessed("alder")
        held = await vote.board("alder", at="brook")
        assert (await vote.board("alder", at="cove")).size < held.size

        await alder.set_back(copy, with_anchor=False)
        await vote.until(lambda found: _size(found, "alder") >= held.size, "alder")
        # One of two mirrors has answered; the other may have more, so nothing is signed yet.
        assert await _recovering(alder)
        them.heal()
        await vote.until(lambda found: _size(found, "alder") > held.size)
        assert not await _recovering(alder)
        assert entries.RESTORED in await _notices(them["cove"], vote.id, "alder")
        assert not (await vote.proof("brook")).misconduct

        await vote.close()
        await vote.agreed()
        board = await vote.board("alder", at="cove")
        assert board.ballots == 4


async def test_a_whole_machine_set_back_is_told_by_a_peer_and_asks_for_the_ballots_that_nobody_else_holds(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        alder = them["alder"]
        first, second, third = alder.everybody[:3]
        await vote.ballot("alder", first, "for")
        await vote.witnessed()
        copy = await alder.set_aside()
        await vote.ballot("alder", second, "against")
        await vote.witnessed()
        held = (await vote.board("alder", at="brook")).size

        them.part({"alder"}, {"brook", "cove"})
        await alder.set_back(copy, with_anchor=True)
        lost = await vote.ballot("alder", third, "for")
        await vote.until(lambda found: _size(found, "alder") >= held, "alder")
        # Nobody has told it yet that it was set back. A receipt now would give a place that is taken.
        with pytest.raises(Elsewhere, match="RECOVERING"):
            await vote.receipt("alder", lost.pseudonym)
        them.heal()
        await vote.until(lambda found: _size(found, "alder") > held)
        await vote.governance_of("alder", third, lambda seen: seen.must_vote_again)
        assert federation_facts.VoteBallotsLost(vote_id=vote.id, pseudonyms=[lost.pseudonym]) in await alder.co_op.facts("federation")
        assert not (await vote.proof("brook")).misconduct
        assert entries.RESTORED in await _notices(them["brook"], vote.id, "alder")

        again = await vote.ballot("alder", third, "for", revision=1)
        await vote.witnessed("alder")
        await vote.receipt("alder", again.pseudonym)
        assert f'"{alder.id}/votes/{vote.id}"' in alder.anchor.read_text(encoding="utf-8")
        await vote.close()
        await vote.agreed()
        # The second's ballot is forgotten at home and stands on the board: nobody's witnessed ballot is lost.
        assert (await vote.board("alder", at="cove")).ballots == 3


def _size(found: federation.GetVoteEvidenceResponse, co_op: str) -> int:
    return next(one.size for one in found.boards if one.co_op == co_op)

"""What people decide when the evidence alone does not: objections, disputes, settlements, and votes that never opened."""

import json
from functools import partial

import pytest

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.papers import ANNUL, CUTS, Settlement
from scripts.verifier.checks import Exit
from tests.support.federated import Commons, Federated
from tests.support.federated_vote import FederatedVote
from tests.support.hostile import Hostile

DISPUTED, ANNULLED, VOID = (
    federation.EVIDENCE_STATE_DISPUTED,
    federation.EVIDENCE_STATE_ANNULLED,
    federation.EVIDENCE_STATE_VOID,
)


async def _split(them: Federated) -> list[FederatedVote]:
    """Two votes in which one side counts a ballot that the other does not know to be witnessed: it held it in time, and its word for that
    was lost when the line broke.
    """
    votes = [await them.vote(), await them.vote()]
    for vote in votes:
        await vote.cast("alder", "for", "against")
        await vote.cast("brook", "for", "for")
        await vote.witnessed()
    before = {vote.id: (await vote.board("alder", at="brook")).size for vote in votes}
    them.part({"alder"}, {"brook"})
    for vote in votes:
        late = await vote.ballot("alder", them["alder"].everybody[2], "for")
        await vote.until(partial(_is_longer, before[vote.id]), "alder")
        await vote.receipt("alder", late.pseudonym)
        await _reaches_brook_and_the_answer_is_lost(them, vote, before[vote.id])
        await vote.until(partial(_is_held_beyond, before[vote.id]), "brook")
    them.step_to(max(vote.terms.concluded_from + vote.terms.grace for vote in votes) + 1)
    for vote in votes:
        await vote.until(lambda found: found.signatures == 1)
    them.heal()
    for vote in votes:
        await vote.until_state(DISPUTED)
    return votes


async def _reaches_brook_and_the_answer_is_lost(them: Federated, vote: FederatedVote, held: int) -> None:
    """What alder's own software would bring, from where brook's copy ends."""
    parcel = Hostile(them["alder"])
    entries, head = await parcel.entries(vote.terms, "alder"), await parcel.last_head(vote.terms, "alder")
    await parcel.bring("brook", parcel.part(vote.terms, "alder", held, entries[held:], head), endpoint=them["brook"].border)
    await parcel.close()


def _is_longer(size: int, found: federation.GetVoteEvidenceResponse) -> bool:
    return next(one.size for one in found.boards if one.co_op == "alder") > size


def _is_held_beyond(size: int, found: federation.GetVoteEvidenceResponse) -> bool:
    return next(one.cut for one in found.boards if one.co_op == "alder") > size


@pytest.mark.capability("G15")
async def test_a_split_is_disputed_until_people_settle_or_annul_it(commons: Commons) -> None:
    async with commons.lent(2) as them:
        settled, annulled = await _split(them)
        for vote in (settled, annulled):
            alone = await vote.proof("alder")
            assert (alone.state, alone.why) == (DISPUTED, "split"), alone
            hashes = {one.hash for one in (await vote.outcome("alder")).signers}
            assert len(hashes) == 2
            await vote.governance("brook", lambda seen: seen.disputed_why == "split")

        cuts = tuple((one.co_op, one.cut_at_close) for one in (await settled.proof("brook")).boards)
        agreement = Settlement(settled.id, 2, CUTS, cuts, ())
        await settled.settle(agreement, "alder")
        await settled.until(lambda found: list(found.settled_by) == ["alder"])
        assert (await settled.proof("brook")).state == DISPUTED
        await settled.settle(agreement, "brook")
        await settled.until(lambda found: found.revision == 2)
        await settled.final()
        await settled.agreed()
        outcome = json.loads((await settled.outcome("alder")).outcome)
        assert outcome["revision"] == 2
        assert sum(number for co_op, _, _, number in outcome["tallies"] if co_op == "alder") == 3

        await annulled.settle(Settlement(annulled.id, 2, ANNUL, (), ()))
        await annulled.until_state(ANNULLED)
        assert (await annulled.verified("alder")).exit == Exit.NOT_FINAL
        assert not [one for one in them.co_ops if (await annulled.seen(one)).outcome_hash]


@pytest.mark.capability("G15")
async def test_an_objection_leaves_the_outcome_final_and_contested(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        await vote.cast("cove", "for")
        await vote.close()
        await vote.object("brook")
        await vote.until(lambda found: found.contested and list(found.objections) == ["brook"])
        verdict = await vote.agreed()
        assert verdict.state.startswith("final")
        assert "contested" in verdict.state
        for one in them.co_ops:
            await vote.governance(one, lambda seen: seen.state == pb.VOTE_STATE_FINAL and seen.contested)


@pytest.mark.capability("G15")
async def test_without_the_ready_of_one_by_the_last_moment_the_vote_is_void_everywhere(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = FederatedVote(them)
        await vote.propose()
        await vote.join()
        await vote.roll()
        await vote.ready("alder", "cove")
        await vote.until(lambda found: sum(one.ready for one in found.boards) == 2)
        them.step_to(vote.terms.open_latest + 1)
        await vote.until_state(VOID)
        them.step_to(vote.terms.concluded_from + 1)
        for one in them.co_ops:
            await vote.governance(one, lambda seen: seen.state == pb.VOTE_STATE_VOID)

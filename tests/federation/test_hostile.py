"""One party lies, with its real certificate and keys: the others refuse what is not proven, keep the proof of what it did, and go on."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import grpc
import pytest
import pytest_asyncio

from kith.federation.v1 import federation_pb2 as federation
from kith.peer.v1 import peer_pb2 as pb
from kith.status.v1 import status_pb2 as status
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs.boards import evidence
from libs.boards.board import Board
from libs.boards.entries import Ballot, Closed, Outcome
from libs.boards.papers import CUTS, Settlement
from libs.boards.standing import Misconduct
from libs.rpc.client import ask, channel
from libs.signing import merkle, statement
from tests.support.federated import Commons, Federated, FederatedCoOp
from tests.support.federated_vote import FederatedVote
from tests.support.hostile import Hostile, hostile

pytestmark = pytest.mark.capability("G15")
DISPUTED = federation.EVIDENCE_STATE_DISPUTED


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def parted(commons: Commons) -> AsyncIterator[None]:
    """Whoever lied is not lent to the next test: a head it signed elsewhere makes its honest self ask the others first."""
    yield
    await commons.end()


async def _voted(them: Federated) -> FederatedVote:
    vote = await them.vote()
    for co_op in them.co_ops:
        await vote.cast(co_op, "for", "against")
    await vote.witnessed()
    return vote


async def _proofs(one: FederatedCoOp, vote: FederatedVote) -> set[Misconduct]:
    """What the papers that this co-op keeps prove to whoever reads them with the boards that it holds."""
    async with one.co_op.rows("federation") as connection:
        papers = [bytes(row["content"]) for row in await connection.fetch("select content from paper where vote = $1", vote.id)]
        rows = await connection.fetch("select co_op, data from entry where vote = $1 order by co_op, index", vote.id)
    boards = {co_op: Board(vote.terms, co_op) for co_op in vote.terms.by_id}
    for row in rows:
        boards[row["co_op"]].add(bytes(row["data"]))
    read = [evidence.read_paper(vote.terms, boards, paper) for paper in papers]
    return {found for found in read if isinstance(found, Misconduct)}


async def _well(one: FederatedCoOp) -> None:
    """Its services are ready and answer quickly."""
    for service in ("federation", "governance"):
        began = time.monotonic()
        async with channel(one.co_op.address(service)) as open_channel:
            found = await ask(StatusServiceStub(open_channel).GetStatus, status.GetStatusRequest())
        assert found.state == status.STATE_WELL, found.reasons
        assert time.monotonic() - began < 2


async def test_what_nobody_signed_is_refused_and_the_vote_goes_on(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await _voted(them)
        terms = vote.terms
        async with hostile(them["cove"]) as cove:
            await _forge(cove, vote)
            await _reorder_truncate_and_replay(cove, vote)
            for junk in (os.urandom(4_000_000), os.urandom(5_000_000), b"\x0a" * 100_000):
                assert await cove.throw("alder", junk) != grpc.StatusCode.OK
            # More votes than anybody has: were each looked for, the call would end with its time and not with an answer.
            await cove.bring("alder", *(pb.BoardPart(vote=os.urandom(32), co_op="cove") for _ in range(60_000)))
            papers = [
                b"{}",
                os.urandom(1000),
                evidence.objection({"body": {"vote": terms.vote, "id": "alder", "at": 1, "about": "1"}, "sig": "00" * 64}),
            ]
            await cove.bring("brook", papers=[pb.VotePaper(vote=bytes.fromhex(terms.vote), content=one) for one in papers])
            for co_op in ("alder", "brook"):
                found = await vote.proof(co_op)
                assert (list(found.misconduct), list(found.objections)) == ([], [])
                await _well(them[co_op])
        await vote.close()
        await vote.agreed()


async def _forge(cove: Hostile, vote: FederatedVote) -> None:
    """A ballot put on another's board by who passes it on; a head in another's name; a word for it in a third's."""
    terms = vote.terms
    theirs = await cove.entries(terms, "alder")
    ballot = Ballot(next(iter(Board(terms, "alder").extend(theirs).rows)), "against").data()
    before = await vote.board("alder", at="brook")
    forged = await cove.head(terms, "alder", [*theirs, ballot])
    await cove.bring("brook", cove.part(terms, "alder", len(theirs), [ballot], forged))
    await cove.bring("brook", cove.part(terms, "alder", len(theirs), [ballot], await cove.last_head(terms, "alder")))
    await cove.bring("brook", cove.part(terms, "alder", len(theirs), [ballot]))
    # A head that is good, and no entries: nobody gives its word for what it does not hold.
    own = [*await cove.entries(terms, "cove"), b"{}"]
    await cove.bring("brook", cove.part(terms, "cove", len(own) - 1, [], await cove.head(terms, "cove", own)))
    last = await cove.last_head(terms, "brook")
    foreign = [await cove.cosignature(terms, "brook", last, vote.them["cove"].now(), witness) for witness in ("alder", "brook", "nobody")]
    await cove.bring("alder", cove.part(terms, "brook", last.size, [], last, foreign))
    after = await vote.board("alder", at="brook")
    assert (after.size, after.cut) == (before.size, before.cut)
    assert (await vote.board("cove", at="brook")).size == len(own) - 1
    async with vote.them["alder"].co_op.rows("federation") as connection:
        known = [bytes(row["signature"]) for row in await connection.fetch("select signature from cosignature where vote = $1", terms.vote)]
    assert not set(known) & {one.signature for one in foreign}


async def _reorder_truncate_and_replay(cove: Hostile, vote: FederatedVote) -> None:
    terms = vote.terms
    own = await cove.entries(terms, "cove")
    more = [Ballot("0" * 16, "for").data(), Ballot("1" * 16, "for").data(), Ballot("2" * 16, "for").data()]
    head = await cove.head(terms, "cove", [*own, *more])
    size = len(own)
    await cove.bring("alder", cove.part(terms, "cove", size, [more[1], more[0], more[2]], head))
    await cove.bring("alder", cove.part(terms, "cove", size, more[:2], head))
    await cove.bring("alder", cove.part(terms, "cove", size + 1, more[1:], head))
    assert (await vote.board("cove", at="alder")).size == size
    for _ in range(5):
        await cove.bring("alder", cove.part(terms, "cove", 0, own, await cove.last_head(terms, "cove")))
    assert (await vote.board("cove", at="alder")).size == size


async def test_a_board_with_two_stories_is_proof_for_all_and_people_conclude_without_it(commons: Commons) -> None:
    async with commons.lent(3) as them:
        vote = await _voted(them)
        terms = vote.terms
        async with hostile(them["cove"]) as cove:
            own = await cove.entries(terms, "cove")
            one, other = [*own, Ballot("0" * 16, "for").data()], [*own, Ballot("0" * 16, "against").data()]
            await cove.bring("alder", cove.part(terms, "cove", len(own), one[-1:], await cove.head(terms, "cove", one)))
            await cove.bring("brook", cove.part(terms, "cove", len(own), other[-1:], await cove.head(terms, "cove", other)))
            await vote.until(lambda found: list(found.misconduct) == ["fork cove"])
            for co_op in ("alder", "brook"):
                assert await _proofs(them[co_op], vote) == {Misconduct("fork", "cove")}
            them.step_to(terms.concluded_from + terms.grace + 1)
            await vote.until(lambda found: found.state == DISPUTED and found.why == "misconduct")
            # What both hold of its board is what came before the two stories part.
            cuts = tuple((each.co_op, each.size if each.co_op != "cove" else len(own)) for each in (await vote.proof("alder")).boards)
            await vote.settle(Settlement(terms.vote, 2, CUTS, cuts, ("cove",)), "alder", "brook")
            await vote.final("alder", "brook")
            await vote.agreed("alder", "brook")


async def test_dates_put_back_and_two_outcomes_are_misconduct_that_anyone_can_prove(commons: Commons) -> None:
    async with commons.lent(3) as them:
        late, twice = await _voted(them), await _voted(them)
        async with hostile(them["cove"]) as cove:
            them.step_to(max(late.terms.concluded_from, twice.terms.concluded_from) + 1)
            await asyncio.gather(*(vote.until(lambda found: sum(one.closed for one in found.boards) == 2) for vote in (late, twice)))
            await _put_dates_back(cove, late)
            await _sign_two_outcomes(cove, twice)
            await late.until(lambda found: list(found.misconduct) == ["late_cosignature cove"])
            await twice.until(lambda found: list(found.misconduct) == ["double_outcome cove"])
            for co_op in ("alder", "brook"):
                assert await _proofs(them[co_op], late) == {Misconduct("late_cosignature", "cove")}
                assert await _proofs(them[co_op], twice) == {Misconduct("double_outcome", "cove")}
            await asyncio.gather(*(vote.until_state(DISPUTED) for vote in (late, twice)))


async def _put_dates_back(cove: Hostile, vote: FederatedVote) -> None:
    """It says that it closed having held nothing, and then gives its word, dated before the end, for all of a board."""
    terms = vote.terms
    own = await cove.entries(terms, "cove")
    closed = Closed((("alder", 0, merkle.EMPTY_ROOT, 0), ("brook", 0, merkle.EMPTY_ROOT, 0))).data()
    await cove.bring("alder", cove.part(terms, "cove", len(own), [closed], await cove.head(terms, "cove", [*own, closed])))
    head = await cove.last_head(terms, "brook")
    word = await cove.cosignature(terms, "brook", head, terms.concluded_from)
    await cove.bring("alder", cove.part(terms, "brook", head.size, [], head, [word]))


async def _sign_two_outcomes(cove: Hostile, vote: FederatedVote) -> None:
    terms, keys = vote.terms, await cove.keys(vote.terms)
    own = await cove.entries(terms, "cove")
    told = []
    for story in (b"one", b"other"):
        said = Outcome(terms.vote, "cove", 1, hashlib.sha256(story).digest())
        told.append(replace(said, sig=statement.sign(keys.statement, "outcome", said.signed())).data())
    await cove.bring("brook", cove.part(terms, "cove", len(own), told, await cove.head(terms, "cove", [*own, *told])))


async def test_whose_certificate_names_another_is_nobody(commons: Commons) -> None:
    async with commons.lent(3) as them, hostile(them["cove"]) as cove:
        for name in ("alder", "cove"):
            assert await cove.under_another_name("brook", name) in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNAVAILABLE)
        assert (await them["brook"].peer("alder")).state == federation.PEER_STATE_ACTIVE


@pytest.mark.parametrize("manner", ["never", "junk", "trickle"])
async def test_who_answers_never_or_junk_or_a_byte_a_second_keeps_nobody_waiting(commons: Commons, manner: str) -> None:
    async with commons.lent(3) as them:
        vote = await them.vote()
        async with hostile(them["cove"]) as cove:
            lying = {"never": cove.answering(b""), "junk": cove.answering(os.urandom(4_000_000)), "trickle": cove.trickling()}[manner]
            async with lying:
                for number, choice in enumerate(("for", "against", "for")):
                    began = time.monotonic()
                    for co_op in ("alder", "brook"):
                        await vote.ballot(co_op, them[co_op].everybody[number], choice)
                    await vote.witnessed("alder", "brook")
                    assert time.monotonic() - began < 8
                await asyncio.gather(_well(them["alder"]), _well(them["brook"]))
                them.step_to(vote.terms.concluded_from + vote.terms.grace + 1)
                await vote.final("alder", "brook")
                await vote.agreed("alder", "brook")
        await vote.final()

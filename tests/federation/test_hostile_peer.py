"""One party lies, with its real certificate and keys: the others refuse unproven data, keep proof of misconduct, and go on."""

import asyncio
import hashlib
import os
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
from libs.boards.documents import CUTS, Settlement
from libs.boards.entries import BallotEntry, ClosedEntry, OutcomeEntry
from libs.boards.vote_state import Misconduct
from libs.rpc.client import call_service, open_channel
from libs.signing import merkle, statement
from services.federation.border import peer_call_scheduler, peer_channel
from tests.support.co_op_network import CoOpNetwork, NetworkPool
from tests.support.federated_vote import FederatedVote
from tests.support.hostile_peer import HostilePeer, hostile_peer
from tests.support.networked_co_op import NetworkedCoOp

pytestmark = pytest.mark.capability("G15")
DISPUTED = federation.EVIDENCE_STATE_DISPUTED


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def parted(network_pool: NetworkPool) -> AsyncIterator[None]:
    """A co-op that lied is not lent to the next test: a head it signed elsewhere makes its honest self ask the others first."""
    yield
    await network_pool.close()


async def _open_vote_with_ballots(network: CoOpNetwork) -> FederatedVote:
    vote = await network.vote()
    for co_op in network.co_ops:
        await vote.cast(co_op, "for", "against")
    await vote.wait_until_witnessed()
    return vote


async def _proven_misconduct(party: NetworkedCoOp, vote: FederatedVote) -> set[Misconduct]:
    """What the papers that this co-op keeps prove to anyone who reads them with the boards that it holds."""
    async with party.co_op.database_transaction("federation") as connection:
        papers = [bytes(row["content"]) for row in await connection.fetch("select content from paper where vote = $1", vote.id)]
        rows = await connection.fetch("select co_op, data from entry where vote = $1 order by co_op, index", vote.id)
    boards = {co_op: Board(vote.terms, co_op) for co_op in vote.terms.by_id}
    for row in rows:
        boards[row["co_op"]].add(bytes(row["data"]))
    read = [evidence.read_evidence(vote.terms, boards, paper) for paper in papers]
    return {found for found in read if isinstance(found, Misconduct)}


async def _assert_healthy(party: NetworkedCoOp) -> None:
    """Its services are ready and answer within the deadline of a call."""
    for service in ("federation", "governance"):
        async with open_channel(party.co_op.address(service)) as channel:
            response = await call_service(StatusServiceStub(channel).GetStatus, status.GetStatusRequest())
        assert response.state == status.STATE_WELL, response.reasons


async def test_unsigned_data_is_refused_and_the_vote_goes_on(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await _open_vote_with_ballots(network)
        terms = vote.terms
        async with hostile_peer(network["cove"]) as cove:
            await _send_forgeries(cove, vote)
            await _reorder_truncate_and_replay(cove, vote)
            for junk in (os.urandom(4_000_000), os.urandom(5_000_000), b"\x0a" * 100_000):
                assert await cove.send_raw("alder", junk) != grpc.StatusCode.OK
            # More votes than anybody has: were each looked for, which takes a millisecond, the call would end with its time and no answer.
            await cove.exchange("alder", *(pb.BoardPart(vote=os.urandom(32), co_op="cove") for _ in range(20_000)))
            papers = [
                b"{}",
                os.urandom(1000),
                evidence.objection({"body": {"vote": terms.vote, "id": "alder", "at": 1, "about": "1"}, "sig": "00" * 64}),
            ]
            await cove.exchange("brook", papers=[pb.VotePaper(vote=bytes.fromhex(terms.vote), content=document) for document in papers])
            for co_op in ("alder", "brook"):
                found = await vote.get_evidence(co_op)
                assert (list(found.misconduct), list(found.objections)) == ([], [])
                await _assert_healthy(network[co_op])
        await vote.close()
        await vote.assert_agreed()


async def _send_forgeries(cove: HostilePeer, vote: FederatedVote) -> None:
    """A ballot put on another's board by who passes it on; a head in another's name; a word for it in a third's."""
    terms = vote.terms
    theirs = await cove.entries(terms, "alder")
    ballot = BallotEntry(next(iter(Board(terms, "alder").extend(theirs).rows)), "against").data()
    before = await vote.get_board("alder", at="brook")
    forged = await cove.sign_head(terms, "alder", [*theirs, ballot])
    await cove.exchange("brook", cove.board_part(terms, "alder", len(theirs), [ballot], forged))
    await cove.exchange("brook", cove.board_part(terms, "alder", len(theirs), [ballot], await cove.last_head(terms, "alder")))
    await cove.exchange("brook", cove.board_part(terms, "alder", len(theirs), [ballot]))
    # A head that is good, and no entries: nobody gives its word for what it does not hold.
    own = [*await cove.entries(terms, "cove"), b"{}"]
    await cove.exchange("brook", cove.board_part(terms, "cove", len(own) - 1, [], await cove.sign_head(terms, "cove", own)))
    last = await cove.last_head(terms, "brook")
    foreign = [
        await cove.cosignature(terms, "brook", last, vote.network["cove"].now(), witness) for witness in ("alder", "brook", "nobody")
    ]
    await cove.exchange("alder", cove.board_part(terms, "brook", last.size, [], last, foreign))
    after = await vote.get_board("alder", at="brook")
    assert (after.size, after.cut) == (before.size, before.cut)
    assert (await vote.get_board("cove", at="brook")).size == len(own) - 1
    async with vote.network["alder"].co_op.database_transaction("federation") as connection:
        rows = await connection.fetch("select witness, signature from cosignature where vote = $1", terms.vote)
    # With the name: its real cosignature of the same head, in the same second, is signed alike.
    known = {(row["witness"], bytes(row["signature"])) for row in rows}
    assert not known & {(one.witness, one.signature) for one in foreign}


async def _reorder_truncate_and_replay(cove: HostilePeer, vote: FederatedVote) -> None:
    terms = vote.terms
    own = await cove.entries(terms, "cove")
    more = [BallotEntry("0" * 16, "for").data(), BallotEntry("1" * 16, "for").data(), BallotEntry("2" * 16, "for").data()]
    head = await cove.sign_head(terms, "cove", [*own, *more])
    size = len(own)
    await cove.exchange("alder", cove.board_part(terms, "cove", size, [more[1], more[0], more[2]], head))
    await cove.exchange("alder", cove.board_part(terms, "cove", size, more[:2], head))
    await cove.exchange("alder", cove.board_part(terms, "cove", size + 1, more[1:], head))
    assert (await vote.get_board("cove", at="alder")).size == size
    for _ in range(5):
        await cove.exchange("alder", cove.board_part(terms, "cove", 0, own, await cove.last_head(terms, "cove")))
    assert (await vote.get_board("cove", at="alder")).size == size


async def test_a_forked_board_is_proof_and_people_conclude_without_that_co_op(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        vote = await _open_vote_with_ballots(network)
        terms = vote.terms
        async with hostile_peer(network["cove"]) as cove:
            own = await cove.entries(terms, "cove")
            one, other = [*own, BallotEntry("0" * 16, "for").data()], [*own, BallotEntry("0" * 16, "against").data()]
            await cove.exchange("alder", cove.board_part(terms, "cove", len(own), one[-1:], await cove.sign_head(terms, "cove", one)))
            await cove.exchange("brook", cove.board_part(terms, "cove", len(own), other[-1:], await cove.sign_head(terms, "cove", other)))
            await vote.wait_until(lambda found: list(found.misconduct) == ["fork cove"])
            for co_op in ("alder", "brook"):
                assert await _proven_misconduct(network[co_op], vote) == {Misconduct("fork", "cove")}
            network.advance_clocks_to(terms.concluded_from + terms.grace + 1)
            await vote.wait_until(lambda found: found.state == DISPUTED and found.why == "misconduct")
            # What both hold of its board is what came before the two stories part.
            cuts = tuple(
                (board.co_op, board.size if board.co_op != "cove" else len(own)) for board in (await vote.get_evidence("alder")).boards
            )
            await vote.settle(Settlement(terms.vote, 2, CUTS, cuts, ("cove",)), "alder", "brook")
            await vote.wait_until_final("alder", "brook")
            await vote.assert_agreed("alder", "brook")


async def test_backdated_cosignatures_and_two_outcomes_are_provable_misconduct(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        late, twice = await _open_vote_with_ballots(network), await _open_vote_with_ballots(network)
        async with hostile_peer(network["cove"]) as cove:
            network.advance_clocks_to(max(late.terms.concluded_from, twice.terms.concluded_from) + 1)
            await asyncio.gather(
                *(vote.wait_until(lambda found: sum(board.closed for board in found.boards) == 2) for vote in (late, twice))
            )
            await _backdate_cosignatures(cove, late)
            await _sign_two_outcomes(cove, twice)
            await late.wait_until(lambda found: list(found.misconduct) == ["late_cosignature cove"])
            await twice.wait_until(lambda found: list(found.misconduct) == ["double_outcome cove"])
            for co_op in ("alder", "brook"):
                assert await _proven_misconduct(network[co_op], late) == {Misconduct("late_cosignature", "cove")}
                assert await _proven_misconduct(network[co_op], twice) == {Misconduct("double_outcome", "cove")}
            await asyncio.gather(*(vote.wait_until_state(DISPUTED) for vote in (late, twice)))


async def _backdate_cosignatures(cove: HostilePeer, vote: FederatedVote) -> None:
    """It says that it closed having held nothing, and then gives its word, dated before the end, for all of a board."""
    terms = vote.terms
    own = await cove.entries(terms, "cove")
    closed = ClosedEntry((("alder", 0, merkle.EMPTY_ROOT, 0), ("brook", 0, merkle.EMPTY_ROOT, 0))).data()
    await cove.exchange("alder", cove.board_part(terms, "cove", len(own), [closed], await cove.sign_head(terms, "cove", [*own, closed])))
    head = await cove.last_head(terms, "brook")
    word = await cove.cosignature(terms, "brook", head, terms.concluded_from)
    await cove.exchange("alder", cove.board_part(terms, "brook", head.size, [], head, [word]))


async def _sign_two_outcomes(cove: HostilePeer, vote: FederatedVote) -> None:
    terms, keys = vote.terms, await cove.keys(vote.terms)
    own = await cove.entries(terms, "cove")
    items = []
    for content in (b"one", b"other"):
        entry = OutcomeEntry(terms.vote, "cove", 1, hashlib.sha256(content).digest())
        items.append(replace(entry, sig=statement.sign(keys.statement, "outcome", entry.signed())).data())
    await cove.exchange("brook", cove.board_part(terms, "cove", len(own), items, await cove.sign_head(terms, "cove", [*own, *items])))


async def test_a_certificate_for_another_co_op_is_rejected(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network, hostile_peer(network["cove"]) as cove:
        for name in ("alder", "cove"):
            assert await cove.call_as_other_co_op("brook", name) in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNAVAILABLE)
        assert (await network["brook"].peer("alder")).state == federation.PEER_STATE_ACTIVE


@pytest.mark.parametrize("manner", ["never", "junk", "trickle"])
async def test_peers_that_respond_never_or_with_junk_or_slowly_delay_nobody(
    network_pool: NetworkPool, manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network_pool.borrow(3) as network:
        vote = await network.vote()
        async with hostile_peer(network["cove"]) as cove:
            lie = {
                "never": lambda: cove.answering_every_call(b""),
                "junk": lambda: cove.answering_every_call(os.urandom(4_000_000)),
                "trickle": cove.answering_slowly,
            }[manner]
            with monkeypatch.context() as patch:
                # Who waited for such a call to end would wait for longer than any test does.
                patch.setattr(peer_channel, "CALL_SECONDS", 600.0)
                patch.setattr(peer_call_scheduler, "EXCHANGE_SECONDS", 600.0)
                async with lie():
                    for number, choice in enumerate(("for", "against", "for")):
                        for co_op in ("alder", "brook"):
                            await vote.ballot(co_op, network[co_op].voters[number], choice)
                        await vote.wait_until_witnessed("alder", "brook")
                    await asyncio.gather(_assert_healthy(network["alder"]), _assert_healthy(network["brook"]))
            async with lie():
                network.advance_clocks_to(vote.terms.concluded_from + vote.terms.grace + 1)
                await vote.wait_until_final("alder", "brook")
                await vote.assert_agreed("alder", "brook")
        await vote.wait_until_final()

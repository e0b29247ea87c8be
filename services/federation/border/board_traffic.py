"""Boards and papers in an exchange: what we hold of the votes we share with a peer, what it lacks, and what it brings.

Whatever is signed leaves from here alone, so here is where it is anchored first. While we recover, nothing signed leaves.
"""

import hashlib
from collections.abc import Iterable, Sequence

from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.boards import evidence
from libs.boards.forms import DocumentError
from libs.clock import Clock
from libs.database.engine import Database, Work
from libs.observe.logs import logger
from libs.observe.metrics import BOARD_ENTRIES_TAKEN
from libs.signing import checkpoint, merkle
from services.federation.border.clock_watch import ClockWatch
from services.federation.border.recovery import Recovery
from services.federation.commands.sign_boards import cosign_boards, seal_board, to_cosign
from services.federation.commands.take_board import take_board
from services.federation.domain.witnessing import Brought, BroughtCosignature, SignedHead
from services.federation.storage import boards, papers, votes
from services.federation.storage.anchor import Anchor
from services.federation.storage.boards import Head, Kept, Witnessed
from services.federation.storage.mirrors import Mirrors
from services.federation.storage.vault import Vault
from services.federation.storage.votes import Vote

LOG = logger("federation")
MOST_ENTRIES = 5_000
MOST_BYTES = 1_500_000
MOST_PARTS = 500
"""Taken of one parcel, and made for one."""
CALLER = callers.job("exchange")


class BoardTraffic:
    """The vote part of every exchange."""

    def __init__(
        self,
        us: str,
        database: Database,
        clock: Clock,
        vault: Vault,
        anchor: Anchor,
        mirrors: Mirrors,
        watch: ClockWatch,
        recovery: Recovery,
    ) -> None:
        self._us = us
        self._database = database
        self._clock = clock
        self._vault = vault
        self._anchor = anchor
        self._mirrors = mirrors
        self._watch = watch
        self._recovery = recovery

    async def have(self, peer: str) -> list[pb.VoteHave]:
        """Of every vote that the peer is a party of too."""
        async with self._database.reading(CALLER, self._clock.now()) as work:
            return [await _have(work, vote) for vote in await votes.live(work) if peer in vote.terms.by_id]

    async def lacking(self, peer: str, theirs: Sequence[pb.VoteHave]) -> tuple[list[pb.BoardPart], list[pb.VotePaper]]:
        """What we hold and they do not; the largest votes first get a piece each."""
        if self._recovery.going_on:
            for have in theirs[:200]:
                held = next((one.size for one in have.boards if one.co_op == self._us), 0)
                await self._recovery.heard(peer, have.vote.hex(), held)
            return [], []
        parts: list[pb.BoardPart] = []
        brought: list[pb.VotePaper] = []
        room = MOST_BYTES
        for have in theirs[:200]:
            vote = await self._shared(peer, have.vote)
            if vote is None:
                continue
            await self._seal(vote, next((one.size for one in have.boards if one.co_op == self._us), 0))
            async with self._database.reading(CALLER, self._clock.now()) as work:
                for part in await self._parts(work, vote, have, room):
                    parts.append(part)
                    room -= part.ByteSize()
                if have.papers != await papers.digest(work, vote.id):
                    brought += [pb.VotePaper(vote=have.vote, content=one) for one in await papers.of_vote(work, vote.id)][:50]
            if room <= 0 or len(parts) >= MOST_PARTS:
                break
        await self._anchor.hold(_signed_by_us(self._us, parts))
        return parts, brought

    async def take(self, peer: str, brought: Sequence[pb.BoardPart], papers_brought: Sequence[pb.VotePaper]) -> bool:
        """Keeps what is proven, cosigns what we then hold. A piece that is refused is logged and hurts nothing else."""
        new = False
        for vote_id in {part.vote for part in brought[:MOST_PARTS]}:
            vote = await self._shared(peer, vote_id)
            if vote is not None:
                new |= await self._take_parts(peer, vote, [part for part in brought[:MOST_PARTS] if part.vote == vote_id])
        for paper in papers_brought[:100]:
            vote = await self._shared(peer, paper.vote)
            new |= vote is not None and await self._take_paper(vote, paper.content)
        return new

    async def _take_parts(self, peer: str, vote: Vote, parts: Sequence[pb.BoardPart]) -> bool:
        new = False
        for part in parts[: len(vote.terms.parties)]:
            async with self._database.work(CALLER, self._clock.now(), "exchange") as work:
                took = await take_board(work, vote, _brought(part), self._us)
                if part.co_op == peer:
                    await boards.heard(work, vote.id, peer)
            if took.behind:
                new |= await self._recovery.take_own(vote, _brought(part))
            if took.refused:
                LOG.warning("board_refused", vote=vote.id, board=part.co_op[:64], peer=peer, why=took.refused)
            if took.new:
                BOARD_ENTRIES_TAKEN.inc(len(part.entries))
            new |= took.new
        return await self.cosign(vote) or new

    async def cosign(self, vote: Vote) -> bool:
        """Gives our word for what we hold, unless our own clock or our own past cannot be believed."""
        if self._watch.doubtful or self._recovery.going_on:
            return False
        async with self._database.reading(CALLER, self._clock.now()) as work:
            if not await to_cosign(work, vote, self._us, self._anchor.all()):
                return False
            own = (await boards.of_vote(work, vote.id)).get(self._us)
            closed = own is not None and (await self._mirrors.board(work, vote.terms, own)).closed is not None
        async with self._database.work(CALLER, self._clock.now(), "cosign") as work:
            await votes.hold(work, vote.id)
            found, now = await votes.keys(work, self._vault, vote.terms.draft, vote.terms.convener), int(self._clock.now().timestamp())
            if found is None or (closed and now <= vote.terms.concluded_from):
                return False
            return await cosign_boards(work, vote, self._us, found[1], self._anchor.all(), now) > 0

    async def _take_paper(self, vote: Vote, content: bytes) -> bool:
        async with self._database.reading(CALLER, self._clock.now()) as work:
            held = await self._mirrors.evidence(work, vote)
        try:
            evidence.read_paper(vote.terms, held.boards, content)
        except DocumentError as error:
            LOG.warning("paper_refused", vote=vote.id, why=str(error))
            return False
        kind = next((one for one in _KINDS if f'"kind":"{one}"'.encode() in content), "paper")
        async with self._database.work(CALLER, self._clock.now(), "exchange") as work:
            return await papers.add(work, vote.id, kind, content)

    async def _seal(self, vote: Vote, held: int) -> None:
        """`held` is how much of our board they say they hold: more than we remember to have signed, and we wait for what they bring."""
        async with self._database.reading(CALLER, self._clock.now()) as work:
            if vote.id not in await boards.unsealed(work, self._us):
                return
            last = await boards.last_head(work, vote.id, self._us)
            if held > (last.size if last is not None else 0):
                return
        async with self._database.work(CALLER, self._clock.now(), "seal") as work:
            found = await votes.keys(work, self._vault, vote.terms.draft, vote.terms.convener)
            if found is not None:
                await seal_board(work, vote, self._us, found[1])

    async def _shared(self, peer: str, vote_id: bytes) -> Vote | None:
        async with self._database.reading(CALLER, self._clock.now()) as work:
            vote = await votes.one(work, vote_id.hex())
        return vote if vote is not None and peer in vote.terms.by_id else None

    async def _parts(self, work: Work, vote: Vote, have: pb.VoteHave, room: int) -> list[pb.BoardPart]:
        theirs = {one.co_op: one for one in have.boards}
        heads, cosigned = await boards.all_heads(work, vote.id), await boards.all_cosignatures(work, vote.id)
        parts: list[pb.BoardPart] = []
        for co_op, board in (await boards.of_vote(work, vote.id)).items():
            ours, witnessed = heads.get(co_op, []), cosigned.get(co_op, [])
            their = theirs.get(co_op, pb.BoardHave(co_op=co_op))
            if not ours or (their.size >= ours[-1].size and their.heads == _digest(ours, witnessed)):
                continue
            part = await _part(work, vote, board, ours, their.size, room)
            part.heads.extend(_head(one) for one in ours[:-1])
            part.cosignatures.extend(_cosignature(one) for one in witnessed)
            parts.append(part)
            room -= part.ByteSize()
            if room <= 0:
                break
        return parts


_KINDS = (
    evidence.FORK,
    evidence.DOUBLE_OUTCOME,
    evidence.LATE_COSIGNATURE,
    evidence.FALLING_DATES,
    evidence.OBJECTION,
    evidence.SETTLEMENT,
)


async def _have(work: Work, vote: Vote) -> pb.VoteHave:
    heads, cosigned = await boards.all_heads(work, vote.id), await boards.all_cosignatures(work, vote.id)
    return pb.VoteHave(
        vote=bytes.fromhex(vote.id),
        boards=[
            pb.BoardHave(co_op=co_op, size=board.size, heads=_digest(heads.get(co_op, []), cosigned.get(co_op, [])))
            for co_op, board in (await boards.of_vote(work, vote.id)).items()
        ],
        papers=await papers.digest(work, vote.id),
    )


async def _part(work: Work, vote: Vote, board: Kept, ours: Sequence[Head], first: int, room: int) -> pb.BoardPart:
    """From `first` on, as many entries as there is room for, and the proof that they belong under our last head."""
    head = ours[-1]
    part = pb.BoardPart(vote=bytes.fromhex(vote.id), co_op=board.co_op, first=first, head=_head(head))
    size = first
    for entry in await boards.entries(work, vote.id, board.co_op, first, min(head.size, first + MOST_ENTRIES)) if first < head.size else ():
        if part.entries and room < len(entry):
            break
        room -= len(entry) + 4
        part.entries.append(entry)
        size += 1
    if first < size < head.size:
        part.proof.extend(merkle.consistency_proof(await boards.leaves(work, vote.id, board.co_op, head.size), size, head.size))
    return part


def _digest(heads: Iterable[Head], cosigned: Iterable[Witnessed]) -> bytes:
    lines = [f"{one.size} {one.root.hex()} {one.signature.hex()}" for one in heads]
    lines += [f"{one.witness} {one.size} {one.root.hex()} {one.time} {one.signature.hex()}" for one in cosigned]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).digest()


def _signed_by_us(us: str, parts: Iterable[pb.BoardPart]) -> list[tuple[str, int, bytes]]:
    found: list[tuple[str, int, bytes]] = []
    for part in parts:
        origin = checkpoint.origin_of(part.co_op, part.vote.hex())
        if part.co_op == us and part.HasField("head"):
            found.append((origin, part.head.size, part.head.root))
        found += [(origin, one.size, one.root) for one in part.cosignatures if one.witness == us]
    return found


def _brought(part: pb.BoardPart) -> Brought:
    return Brought(
        co_op=part.co_op,
        first=part.first,
        # Nobody who means well sends more at once, and each costs time to hash and to read.
        entries=tuple(part.entries[:MOST_ENTRIES]),
        head=_signed(part.head) if part.HasField("head") else None,
        proof=tuple(part.proof),
        heads=tuple(_signed(one) for one in part.heads[:400]),
        cosignatures=tuple(BroughtCosignature(one.witness, one.size, one.root, one.time, one.signature) for one in part.cosignatures[:400]),
    )


def _signed(head: pb.Head) -> SignedHead:
    return SignedHead(head.size, head.root, head.signature)


def _head(head: Head) -> pb.Head:
    return pb.Head(size=head.size, root=head.root, signature=head.signature)


def _cosignature(one: Witnessed) -> pb.Cosignature:
    return pb.Cosignature(witness=one.witness, size=one.size, root=one.root, time=one.time, signature=one.signature)

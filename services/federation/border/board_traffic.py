"""Boards and papers in an exchange: what we hold of the votes we share with a peer, what it lacks, and what it brings.

Whatever is signed leaves from here alone, so here is where it is anchored first. While we recover, nothing signed leaves.
"""

from collections.abc import Mapping, Sequence

from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.boards import evidence
from libs.boards.forms import DocumentError
from libs.clock import Clock
from libs.database.engine import Database
from libs.observe.logs import logger
from libs.observe.metrics import BOARD_ENTRIES_TAKEN
from libs.signing.checkpoint import Checkpoint
from services.federation.border import vote_parcel as parcel
from services.federation.border.clock_watch import ClockWatch
from services.federation.border.recovery import Recovery
from services.federation.commands.sign_boards import cosign_boards, seal_board, to_cosign
from services.federation.commands.take_board import take_board
from services.federation.storage import boards, papers, votes
from services.federation.storage.anchor import Anchor
from services.federation.storage.mirrors import Mirrors
from services.federation.storage.vault import Vault
from services.federation.storage.votes import Vote

LOG = logger("federation")
MOST_BYTES = 1_500_000
MOST_PARTS = 500
MOST_VOTES = 200
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
        self._met: set[str] = set()
        """Votes of which somebody, since this process began, said how much of our board they hold, and it was no more than we remember."""

    async def have(self, peer: str) -> list[pb.VoteHave]:
        """Of every vote that the peer is a party of too."""
        async with self._database.reading(CALLER, self._clock.now()) as work:
            shared = [vote.id for vote in await votes.live(work) if peer in vote.terms.by_id]
            if not shared:
                return []
            held, digests = await boards.holdings(work, shared), await papers.digests(work, shared)
        return [parcel.have(vote, held[vote], digests[vote]) for vote in shared]

    async def lacking(self, peer: str, theirs: Sequence[pb.VoteHave]) -> tuple[list[pb.BoardPart], list[pb.VotePaper]]:
        """What we hold and they do not; the largest votes first get a piece each."""
        asked = {have.vote.hex(): have for have in theirs[:MOST_VOTES]}
        if self._recovery.going_on:
            for vote_id, have in asked.items():
                await self._recovery.heard(peer, vote_id, parcel.held_of(self._us, have))
            return [], []
        if not asked:
            return [], []
        parts: list[pb.BoardPart] = []
        brought: list[pb.VotePaper] = []
        room = MOST_BYTES
        shared = await self._sealed(peer, asked)
        async with self._database.reading(CALLER, self._clock.now()) as work:
            held, digests = await boards.holdings(work, shared), await papers.digests(work, shared)
            for vote in shared:
                have = asked[vote]
                for part in await parcel.parts(work, vote, held[vote], have, room):
                    parts.append(part)
                    room -= part.ByteSize()
                if have.papers != digests[vote]:
                    brought += await parcel.papers_of(work, vote)
                if room <= 0 or len(parts) >= MOST_PARTS:
                    break
        await self._anchor.hold(parcel.signed_by_us(self._us, parts))
        return parts, brought

    def may_sign(self, vote: str) -> bool:
        """Whether our board of it may get a head outside of an exchange: a machine set back whole must first be told that it was."""
        return vote in self._met and not self._recovery.going_on

    async def anchor(self, head: Checkpoint) -> None:
        """Back when it is on disk that we signed this head."""
        await self._anchor.hold([(head.origin, head.size, head.root)])

    async def take(self, peer: str, brought: Sequence[pb.BoardPart], papers_brought: Sequence[pb.VotePaper]) -> bool:
        """Keeps what is proven, cosigns what we then hold. A piece that is refused is logged and hurts nothing else."""
        new = False
        for vote_id in {part.vote for part in brought[:MOST_PARTS]}:
            vote = await self._shared(peer, vote_id)
            if vote is not None:
                new |= await self._take_parts(peer, vote, [part for part in brought[:MOST_PARTS] if part.vote == vote_id])
        for paper in papers_brought[: parcel.MOST_PAPERS]:
            vote = await self._shared(peer, paper.vote)
            new |= vote is not None and await self._take_paper(vote, paper.content)
        return new

    async def _take_parts(self, peer: str, vote: Vote, parts: Sequence[pb.BoardPart]) -> bool:
        new = False
        for part in parts[: len(vote.terms.parties)]:
            async with self._database.work(CALLER, self._clock.now(), "exchange") as work:
                took = await take_board(work, vote, parcel.brought(part), self._us)
                if part.co_op == peer:
                    await boards.heard(work, vote.id, peer)
            if took.behind:
                new |= await self._recovery.take_own(vote, parcel.brought(part))
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

    async def _sealed(self, peer: str, asked: Mapping[str, pb.VoteHave]) -> list[str]:
        """Which of these votes we share with the peer. Our own boards that grew have a head of ours afterwards.

        Where they say they hold more of our board than we remember to have signed, we wait for what they bring.
        """
        async with self._database.reading(CALLER, self._clock.now()) as work:
            shared = [vote for vote in await votes.some(work, asked) if peer in vote.terms.by_id]
            grown = set(await boards.unsealed(work, self._us))
            signed = await boards.signed_sizes(work, self._us, [vote.id for vote in shared])
        for vote in shared:
            if parcel.held_of(self._us, asked[vote.id]) <= signed.get(vote.id, 0):
                self._met.add(vote.id)
                if vote.id in grown:
                    await self._seal(vote)
        return [vote.id for vote in shared]

    async def _seal(self, vote: Vote) -> None:
        async with self._database.work(CALLER, self._clock.now(), "seal") as work:
            found = await votes.keys(work, self._vault, vote.terms.draft, vote.terms.convener)
            if found is not None:
                await seal_board(work, vote, self._us, found[1])

    async def _shared(self, peer: str, vote_id: bytes) -> Vote | None:
        async with self._database.reading(CALLER, self._clock.now()) as work:
            vote = await votes.one(work, vote_id.hex())
        return vote if vote is not None and peer in vote.terms.by_id else None


_KINDS = (
    evidence.FORK,
    evidence.DOUBLE_OUTCOME,
    evidence.LATE_COSIGNATURE,
    evidence.FALLING_DATES,
    evidence.OBJECTION,
    evidence.SETTLEMENT,
)

"""Recovery: our machine went back in time, and our own boards with it; the others still hold what we signed.

It begins when the database is behind the anchor, or a peer brings a head of ours that is larger than our board. Then nothing is signed or
sent. The witnesses of each board are asked, w - q + 1 of them at least, so that whatever q of them held is among the answers; the largest
head of our own and its entries are taken back. Entries here that do not belong under it are dropped, and their members asked to vote again.
"""

import asyncio
from dataclasses import dataclass, field

from libs import callers
from libs.boards import entries as kinds
from libs.boards.entries import Ballot, Notice, read_entry
from libs.boards.terms import Terms
from libs.clock import Clock
from libs.database.engine import Database, Work
from libs.observe.logs import logger
from libs.signing import checkpoint, merkle
from services.federation.commands.take_board import set_back
from services.federation.domain import witnessing
from services.federation.domain.witnessing import Brought, NotTakenError
from services.federation.storage import boards, facts_out, votes
from services.federation.storage.anchor import Anchor
from services.federation.storage.boards import Head
from services.federation.storage.votes import Vote

LOG = logger("federation")
CALLER = callers.job("recover")


@dataclass
class _Board:
    """One of our boards that was set back."""

    terms: Terms
    answered: set[str] = field(default_factory=set)
    dropped: list[bytes] = field(default_factory=list)


class Recovery:
    """For one co-op; `going_on` is asked before anything is signed, sent or appended. A door, for the one thing it does at the start:
    before it has looked at the anchor nobody knows whether the past can be believed.
    """

    def __init__(self, us: str, database: Database, clock: Clock, anchor: Anchor) -> None:
        self._us = us
        self._database = database
        self._clock = clock
        self._anchor = anchor
        self._boards: dict[str, _Board] = {}
        self._looked = False
        self._answering = asyncio.Lock()

    @property
    def going_on(self) -> bool:
        return not self._looked or bool(self._boards)

    async def start(self) -> None:
        await self.look()

    async def stop(self) -> None:
        """There is nothing to end."""

    async def look(self) -> None:
        """At the start: is the database behind what we anchored?"""
        async with self._database.reading(CALLER, self._clock.now()) as work:
            for vote in await votes.live(work):
                anchored = self._anchor.at(checkpoint.origin_of(self._us, vote.id))
                board = (await boards.of_vote(work, vote.id)).get(self._us)
                if anchored is not None and board is not None and board.size < anchored[0]:
                    self._begin(vote, board.size, anchored[0])
        self._looked = True

    async def take_own(self, vote: Vote, brought: Brought) -> bool:
        """A piece of our own board from somebody who holds more of it than we do. Gives whether it was new."""
        if brought.head is None:
            return False
        try:
            witnessing.check_head(vote.terms, self._us, brought.head)
        except NotTakenError:
            return False
        async with self._database.work(CALLER, self._clock.now(), "recover") as work:
            board = await boards.hold(work, vote.id, self._us)
            if board is None or not await set_back(work, vote, board, brought.head):
                return False
            going = self._begin(vote, board.size, brought.head.size)
            try:
                if board.size >= brought.head.size:
                    raise NotTakenError("as long, and another")
                new = witnessing.check_growth(vote.terms, board.frontier, brought)
            except NotTakenError:
                going.dropped += await self._step_back(work, vote, min(board.size, brought.head.size))
                return True
            if not new:
                return False
            board = await boards.append(work, vote.id, board, new)
            if board.size == brought.head.size:
                await boards.add_head(work, vote.id, self._us, Head(brought.head.size, brought.head.root, brought.head.signature))
            return True

    async def heard(self, peer: str, vote_id: str, held: int) -> None:
        """A peer says how many entries of our board it holds. When enough hold no more than we have taken back, that board is recovered."""
        # One answer at a time: the one that is enough ends it, and no other ends it once more.
        async with self._answering:
            going = self._boards.get(vote_id)
            if going is None or peer not in going.terms.witnesses_of(self._us):
                return
            async with self._database.reading(CALLER, self._clock.now()) as work:
                board = (await boards.of_vote(work, vote_id)).get(self._us)
            if board is None or held > board.size:
                return
            going.answered.add(peer)
            if len(going.answered) >= len(going.terms.witnesses_of(self._us)) - going.terms.q + 1:
                await self._end(vote_id, going)

    def _begin(self, vote: Vote, size: int, wanted: int) -> _Board:
        if vote.id not in self._boards:
            LOG.error("recovery_begins", vote=vote.id, held=size, signed=wanted)
        return self._boards.setdefault(vote.id, _Board(vote.terms))

    async def _step_back(self, work: Work, vote: Vote, size: int) -> list[bytes]:
        """What we hold is not what we signed: back to the head before the last, or to nothing."""
        below = [head.size for head in await boards.heads(work, vote.id, self._us) if head.size < size]
        return await boards.cut_back(work, vote.id, self._us, max(below, default=0))

    async def _end(self, vote_id: str, going: _Board) -> None:
        async with self._database.work(CALLER, self._clock.now(), "recover") as work:
            board = await boards.hold(work, vote_id, self._us)
            if board is None:
                return
            last = await boards.last_head(work, vote_id, self._us)
            sealed = last.size if last is not None else 0
            if board.size > sealed:
                # A piece of a larger head came, and its rest did not: nobody who answered has it.
                going.dropped += await boards.cut_back(work, vote_id, self._us, sealed)
            there = set(await boards.leaves(work, vote_id, self._us, sealed))
            lost = sorted({found for data in going.dropped if (found := _lost(data, there)) is not None})
            if lost:
                await facts_out.vote_ballots_lost(work, vote_id, lost)
            board = await boards.hold(work, vote_id, self._us)
            if board is not None and board.size > 1:
                about = merkle.leaf_hash(board.frontier.root)
                await boards.append(work, vote_id, board, [Notice(kinds.RESTORED, about).data()])
            root = last.root if last is not None else merkle.EMPTY_ROOT
        await self._anchor.put_back(checkpoint.origin_of(self._us, vote_id), sealed, root)
        del self._boards[vote_id]
        LOG.warning("recovery_ended", vote=vote_id, size=sealed, dropped=len(going.dropped))


def _lost(data: bytes, there: set[bytes]) -> str | None:
    entry = read_entry(data)
    return entry.pseudonym if isinstance(entry, Ballot) and merkle.leaf_hash(data) not in there else None

"""Recovers our own boards after the machine was rolled back: other co-ops still hold what we signed.

A recovery begins when the database is behind the anchor file, or a peer brings a head of ours that is larger than our board. From then on
nothing is signed or sent. At least w - q + 1 witnesses of each board are asked, so that whatever q of them held is among the answers; the
largest head of our own is restored with its entries. Local entries that do not belong under it are dropped, and their members asked to vote
again.
"""

import asyncio
from dataclasses import dataclass, field

from libs import callers
from libs.boards import entries as kinds
from libs.boards.entries import BallotEntry, NoticeEntry, read_entry
from libs.boards.vote_terms import VoteTerms
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork
from libs.observe.logs import logger
from libs.signing import checkpoint, merkle
from services.federation.domain import witnessing
from services.federation.domain.witnessing import BoardUpdate, BoardUpdateRejectedError
from services.federation.storage import boards, events_out, votes, wakeup_topics
from services.federation.storage.anchor_file import AnchorFile
from services.federation.storage.votes import Vote

LOG = logger("federation")
CALLER = callers.job("recover")


@dataclass
class _RecoveringBoard:
    """One of our boards that was rolled back."""

    terms: VoteTerms
    answered: set[str] = field(default_factory=set)
    dropped: list[bytes] = field(default_factory=list)


class BoardRecovery:
    """Recovers the boards of one co-op. `is_active` is checked before anything is signed, sent or appended.

    It is a listener so that it starts first: until it has compared the database with the anchor file, the database cannot be trusted.
    """

    def __init__(self, us: str, database: Database, clock: Clock, anchor: AnchorFile) -> None:
        self._us = us
        self._database = database
        self._clock = clock
        self._anchor = anchor
        self._boards: dict[str, _RecoveringBoard] = {}
        self._is_checked = False
        self._answer_lock = asyncio.Lock()

    @property
    def is_active(self) -> bool:
        return not self._is_checked or bool(self._boards)

    @property
    def has_boards(self) -> bool:
        """Whether boards are known to have been rolled back."""
        return bool(self._boards)

    async def start(self) -> None:
        await self.check_anchor()

    async def stop(self) -> None:
        """Nothing to stop."""

    async def check_anchor(self) -> None:
        """At the start: compares the database with the anchor file."""
        async with self._database.query_work(CALLER, self._clock.now()) as work:
            for vote in await votes.list_live(work):
                anchored = self._anchor.get_largest_head(checkpoint.origin_of(self._us, vote.id))
                board = (await boards.get_by_co_op(work, vote.id)).get(self._us)
                if anchored is not None and board is not None and board.size < anchored[0]:
                    self._start_board(vote, board.size, anchored[0])
        self._is_checked = True
        self._database.wakeups.wake(wakeup_topics.VOTES)

    async def accept_own_board(self, vote: Vote, update: BoardUpdate) -> bool:
        """Accepts a part of our own board from a peer that holds more of it than we do. Returns whether it was new."""
        if update.head is None:
            return False
        try:
            witnessing.verify_head(vote.terms, self._us, update.head)
        except BoardUpdateRejectedError:
            return False
        async with self._database.work(CALLER, self._clock.now(), "recover") as work:
            board = await boards.lock(work, vote.id, self._us)
            if board is None or not await boards.is_rolled_back(work, vote.id, board, update.head):
                return False
            recovering = self._start_board(vote, board.size, update.head.size)
            try:
                if board.size >= update.head.size:
                    raise BoardUpdateRejectedError("as long, and another")
                new = witnessing.verify_new_entries(vote.terms, board.frontier, update)
            except BoardUpdateRejectedError:
                recovering.dropped += await self._roll_back(work, vote, min(board.size, update.head.size))
                return True
            if not new:
                return False
            board = await boards.append(work, vote.id, board, new)
            if board.size == update.head.size:
                await boards.add_head(work, vote.id, self._us, update.head)
            return True

    async def record_answer(self, peer: str, vote_id: str, held: int) -> None:
        """Records how many entries of our board a peer holds. Once enough peers hold no more than we have restored, the recovery ends."""
        # One answer at a time: the one that completes the recovery finishes it, and no other finishes it again.
        async with self._answer_lock:
            recovering = self._boards.get(vote_id)
            if recovering is None or peer not in recovering.terms.witnesses_of(self._us):
                return
            async with self._database.query_work(CALLER, self._clock.now()) as work:
                board = (await boards.get_by_co_op(work, vote_id)).get(self._us)
            if board is None or held > board.size:
                return
            recovering.answered.add(peer)
            if len(recovering.answered) >= len(recovering.terms.witnesses_of(self._us)) - recovering.terms.q + 1:
                await self._finish_board(vote_id, recovering)

    def _start_board(self, vote: Vote, size: int, signed_size: int) -> _RecoveringBoard:
        if vote.id not in self._boards:
            LOG.error("recovery_begins", vote=vote.id, held=size, signed=signed_size)
        return self._boards.setdefault(vote.id, _RecoveringBoard(vote.terms))

    async def _roll_back(self, work: UnitOfWork, vote: Vote, size: int) -> list[bytes]:
        """What we hold is not what we signed: goes back to the head before the last, or to nothing."""
        below = [head.size for head in await boards.list_heads(work, vote.id, self._us) if head.size < size]
        return await boards.truncate(work, vote.id, self._us, max(below, default=0))

    async def _finish_board(self, vote_id: str, recovering: _RecoveringBoard) -> None:
        async with self._database.work(CALLER, self._clock.now(), "recover") as work:
            board = await boards.lock(work, vote_id, self._us)
            if board is None:
                return
            last = await boards.get_last_head(work, vote_id, self._us)
            signed_size = last.size if last is not None else 0
            if board.size > signed_size:
                # A part under a larger head came, and the rest did not: no peer that answered has it.
                recovering.dropped += await boards.truncate(work, vote_id, self._us, signed_size)
            present_leaves = set(await boards.list_leaves(work, vote_id, self._us, signed_size))
            lost_pseudonyms = sorted(
                {pseudonym for data in recovering.dropped if (pseudonym := _lost_pseudonym(data, present_leaves)) is not None}
            )
            if lost_pseudonyms:
                await events_out.vote_ballots_lost(work, vote_id, lost_pseudonyms)
            board = await boards.lock(work, vote_id, self._us)
            if board is not None and board.size > 1:
                about = merkle.leaf_hash(board.frontier.root)
                await boards.append(work, vote_id, board, [NoticeEntry(kinds.RESTORED, about).data()])
            root = last.root if last is not None else merkle.EMPTY_ROOT
        await self._anchor.reset(checkpoint.origin_of(self._us, vote_id), signed_size, root)
        del self._boards[vote_id]
        self._database.wakeups.wake(wakeup_topics.VOTES)
        LOG.warning("recovery_ended", vote=vote_id, size=signed_size, dropped=len(recovering.dropped))


def _lost_pseudonym(data: bytes, present_leaves: set[bytes]) -> str | None:
    entry = read_entry(data)
    return entry.pseudonym if isinstance(entry, BallotEntry) and merkle.leaf_hash(data) not in present_leaves else None

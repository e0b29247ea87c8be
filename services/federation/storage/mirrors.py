"""Boards as they are read, kept in memory and read on as they grow. What is not committed is not seen here.

A fold over a hundred thousand entries takes seconds; it is done once and then goes on from where it was. A board that was cut back by a
recovery, or that lost a tail with the machine, is read anew.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from libs.boards.board import Board
from libs.boards.cuts import Held
from libs.boards.entries import Outcome
from libs.boards.evidence import Proven, is_complete, read_paper
from libs.boards.forms import DocumentError
from libs.boards.papers import Objection, Settlement
from libs.boards.standing import Evidence, Misconduct, proven
from libs.boards.terms import Terms
from libs.database.engine import Work
from libs.signing.merkle import Frontier
from services.federation.storage import boards, papers, votes
from services.federation.storage.boards import Kept
from services.federation.storage.votes import Vote

_AT_ONCE = 200
"""Entries read on the loop; more are read in a thread."""
_CHUNK = 20_000


@dataclass
class _Fold:
    board: Board
    frontier: Frontier
    generation: int


class Mirrors:
    """One for a process."""

    def __init__(self) -> None:
        self._folds: dict[tuple[str, str], _Fold] = {}
        self._lock = asyncio.Lock()

    async def evidence(self, work: Work, vote: Vote) -> Evidence:
        """Everything held about the vote. `work` must be a reading: what it sees is committed."""
        terms = vote.terms
        kept = await boards.of_vote(work, vote.id)
        found = {co_op: await self.board(work, terms, row) for co_op, row in kept.items() if row.size}
        held = {
            co_op: [Held(one.witness, one.time, one.size) for one in cosigned]
            for co_op, cosigned in (await boards.all_cosignatures(work, vote.id)).items()
        }
        read = _read(terms, found, await papers.of_vote(work, vote.id))
        objections = sorted((one for one in read if isinstance(one, Objection)), key=lambda one: (one.at, one.id))
        revoked = frozenset(await votes.revokers(work, terms))
        evidence = Evidence(terms, found, held, _misconduct(read), tuple(objections), None, revoked)
        shown = proven(evidence)
        complete = [one for one, sigs in _settlements(read).items() if is_complete(terms, one, sigs, shown)]
        return replace(evidence, settlement=max(complete, key=lambda one: (one.revision, one.data()), default=None))

    async def board(self, work: Work, terms: Terms, row: Kept) -> Board:
        """One board, read as far as it is kept."""
        async with self._lock:
            key = (terms.vote, row.co_op)
            fold = self._folds.get(key)
            if fold is None or fold.generation != row.generation or fold.board.size > row.size:
                fold = _Fold(Board(terms, row.co_op), Frontier.empty(), row.generation)
            await _read_on(work, terms.vote, row, fold)
            if fold.frontier.root != row.frontier.root:
                # The tail we had read is not the one that is kept: the machine lost it, and something else came in its place.
                fold = _Fold(Board(terms, row.co_op), Frontier.empty(), row.generation)
                await _read_on(work, terms.vote, row, fold)
            self._folds[key] = fold
            return fold.board

    def forget(self, vote: str) -> None:
        """An archived vote is read anew when somebody asks."""
        for key in [key for key in self._folds if key[0] == vote]:
            del self._folds[key]


def settlement_signatures(terms: Terms, found: Mapping[str, Board], contents: list[bytes]) -> dict[Settlement, dict[str, bytes]]:
    """Every settlement that somebody signed, complete or not: each participant brings its own signature."""
    return _settlements(_read(terms, found, contents))


def _settlements(read: list[Proven]) -> dict[Settlement, dict[str, bytes]]:
    settlements: dict[Settlement, dict[str, bytes]] = {}
    for one in read:
        if isinstance(one, tuple):
            settlements.setdefault(one[0], {}).update(one[1])
    return settlements


def _misconduct(read: list[Proven]) -> frozenset[Misconduct]:
    """Each once; of two papers about two outcomes of one party, every outcome that it signed."""
    outcomes: dict[tuple[str, str], tuple[Outcome, ...]] = {}
    for one in read:
        if isinstance(one, Misconduct):
            before = outcomes.get((one.kind, one.id), ())
            outcomes[one.kind, one.id] = (*before, *(each for each in one.outcomes if each not in before))
    return frozenset(Misconduct(*whose, signed) for whose, signed in outcomes.items())


def _read(terms: Terms, found: Mapping[str, Board], contents: list[bytes]) -> list[Proven]:
    """What papers prove on these boards; one that proves nothing here (yet) is passed over."""
    read: list[Proven] = []
    for content in contents:
        with contextlib.suppress(DocumentError):
            read.append(read_paper(terms, found, content))
    return read


async def _read_on(work: Work, vote: str, row: Kept, fold: _Fold) -> None:
    while fold.board.size < row.size:
        first = fold.board.size
        entries = await boards.entries(work, vote, row.co_op, first, min(row.size, first + _CHUNK))
        if len(entries) > _AT_ONCE:
            await asyncio.to_thread(fold.board.extend, entries)
        else:
            fold.board.extend(entries)
        fold.frontier = fold.frontier.extend(fold.board.leaves[first:])

"""Parsed boards in memory, extended as they grow. They contain committed entries only.

Parsing a hundred thousand entries takes seconds, so it is done once and then continued. A board that a recovery truncated, or that lost its
tail with the machine, is parsed again.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from libs.boards.board import Board
from libs.boards.cuts import WitnessedSize
from libs.boards.document_fields import DocumentError
from libs.boards.documents import Objection, Settlement
from libs.boards.entries import OutcomeEntry
from libs.boards.evidence import ProvenEvidence, is_complete, read_evidence
from libs.boards.vote_state import Misconduct, VoteEvidence, proven_misconduct
from libs.boards.vote_terms import VoteTerms
from libs.database.engine import UnitOfWork
from libs.signing.merkle import Frontier
from services.federation.storage import boards, evidence_documents, votes
from services.federation.storage.boards import BoardRecord
from services.federation.storage.votes import Vote

_MAX_ON_LOOP = 200
"""Entries parsed on the event loop; more are parsed in a thread."""
_CHUNK_ENTRIES = 20_000


@dataclass
class _CachedBoard:
    board: Board
    frontier: Frontier
    generation: int


class BoardCache:
    """The boards of all votes; one cache per process."""

    def __init__(self) -> None:
        self._cached: dict[tuple[str, str], _CachedBoard] = {}
        self._lock = asyncio.Lock()

    async def load_evidence(self, work: UnitOfWork, vote: Vote) -> VoteEvidence:
        """All evidence held about the vote. `work` must be read-only: what it sees is committed."""
        terms = vote.terms
        records = await boards.get_by_co_op(work, vote.id)
        board_by_co_op = {co_op: await self.load_board(work, terms, record) for co_op, record in records.items() if record.size}
        held = {
            co_op: [WitnessedSize(cosignature.witness, cosignature.time, cosignature.size) for cosignature in cosignatures]
            for co_op, cosignatures in (await boards.cosignatures_by_board(work, vote.id)).items()
        }
        documents = _read_documents(terms, board_by_co_op, await evidence_documents.list_for_vote(work, vote.id))
        objections = sorted(
            (document for document in documents if isinstance(document, Objection)), key=lambda objection: (objection.at, objection.id)
        )
        revoked = frozenset(await votes.find_parties_with_revoked_keys(work, terms))
        evidence = VoteEvidence(terms, board_by_co_op, held, _collect_misconduct(documents), tuple(objections), None, revoked)
        misconduct = proven_misconduct(evidence)
        complete = [
            settlement for settlement, sigs in _collect_settlements(documents).items() if is_complete(terms, settlement, sigs, misconduct)
        ]
        return replace(evidence, settlement=max(complete, key=lambda settlement: (settlement.revision, settlement.data()), default=None))

    async def load_board(self, work: UnitOfWork, terms: VoteTerms, record: BoardRecord) -> Board:
        """One board, parsed up to the last stored entry."""
        async with self._lock:
            key = (terms.vote, record.co_op)
            cached = self._cached.get(key)
            if cached is None or cached.generation != record.generation or cached.board.size > record.size:
                cached = _CachedBoard(Board(terms, record.co_op), Frontier.empty(), record.generation)
            await _read_new_entries(work, terms.vote, record, cached)
            if cached.frontier.root != record.frontier.root:
                # The cached tail is not the stored one: the machine lost it, and something else came in its place.
                cached = _CachedBoard(Board(terms, record.co_op), Frontier.empty(), record.generation)
                await _read_new_entries(work, terms.vote, record, cached)
            self._cached[key] = cached
            return cached.board

    def forget(self, vote: str) -> None:
        """Drops an archived vote; it is parsed again when needed."""
        for key in [key for key in self._cached if key[0] == vote]:
            del self._cached[key]


def read_settlement_signatures(
    terms: VoteTerms, board_by_co_op: Mapping[str, Board], contents: list[bytes]
) -> dict[Settlement, dict[str, bytes]]:
    """Every settlement with at least one signature, complete or not: each participant adds its own signature."""
    return _collect_settlements(_read_documents(terms, board_by_co_op, contents))


def _collect_settlements(documents: list[ProvenEvidence]) -> dict[Settlement, dict[str, bytes]]:
    settlements: dict[Settlement, dict[str, bytes]] = {}
    for document in documents:
        if isinstance(document, tuple):
            settlements.setdefault(document[0], {}).update(document[1])
    return settlements


def _collect_misconduct(documents: list[ProvenEvidence]) -> frozenset[Misconduct]:
    """Each misconduct once; of several documents about the outcomes of one party, every outcome that it signed."""
    outcomes: dict[tuple[str, str], tuple[OutcomeEntry, ...]] = {}
    for document in documents:
        if isinstance(document, Misconduct):
            before = outcomes.get((document.kind, document.id), ())
            outcomes[document.kind, document.id] = (*before, *(outcome for outcome in document.outcomes if outcome not in before))
    return frozenset(Misconduct(*party, signed) for party, signed in outcomes.items())


def _read_documents(terms: VoteTerms, board_by_co_op: Mapping[str, Board], contents: list[bytes]) -> list[ProvenEvidence]:
    """What the documents prove on these boards; one that proves nothing here (yet) is skipped."""
    documents: list[ProvenEvidence] = []
    for content in contents:
        with contextlib.suppress(DocumentError):
            documents.append(read_evidence(terms, board_by_co_op, content))
    return documents


async def _read_new_entries(work: UnitOfWork, vote: str, record: BoardRecord, cached: _CachedBoard) -> None:
    while cached.board.size < record.size:
        first = cached.board.size
        entries = await boards.list_entries(work, vote, record.co_op, first, min(record.size, first + _CHUNK_ENTRIES))
        if len(entries) > _MAX_ON_LOOP:
            await asyncio.to_thread(cached.board.extend, entries)
        else:
            cached.board.extend(entries)
        cached.frontier = cached.frontier.extend(cached.board.leaves[first:])

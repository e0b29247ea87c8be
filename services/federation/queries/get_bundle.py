"""The bundle of a vote: everything needed to verify it, in one file."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.boards import evidence as proofs
from libs.boards.board import Board
from libs.boards.bundle import BoardFile, Bundle, pack
from libs.boards.document_fields import DocumentError
from libs.boards.documents import ANNUL, write_settlement
from libs.boards.evidence import write_note
from libs.boards.identity_documents import read_identity
from libs.boards.vote_terms import VoteTerms
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from libs.signing import checkpoint, merkle
from libs.signing.checkpoint import Checkpoint
from services.federation.domain.witnessing import Cosignature, SignedHead
from services.federation.queries.get_own_identity import get_root_fingerprints
from services.federation.queries.get_vote_evidence import VoteEvidenceView, get_vote_evidence
from services.federation.storage import boards, evidence_documents, votes
from services.federation.storage.board_cache import BoardCache, read_settlement_signatures

PIECE_BYTES = 1024 * 1024
_CACHED_FOR = timedelta(minutes=2)


@dataclass(frozen=True)
class BundlePiece:
    """A part of the file, the whole's size and the name to offer it under, and fingerprints of root keys that people here compared."""

    content: bytes
    total: int
    name: str
    pins: dict[str, str]


class BundleCache:
    """The pieces of one download come from one bundle, though more evidence may have come in the meantime."""

    def __init__(self, board_cache: BoardCache) -> None:
        self.board_cache = board_cache
        self._bundles: dict[str, tuple[datetime, bytes]] = {}

    async def load(self, work: UnitOfWork, view: VoteEvidenceView, offset: int) -> bytes:
        self._bundles = {vote: cached for vote, cached in self._bundles.items() if work.now - cached[0] < _CACHED_FOR}
        if not offset or view.vote.id not in self._bundles:
            self._bundles[view.vote.id] = work.now, await _write_bundle(work, view)
        return self._bundles[view.vote.id][1]


async def get_bundle(work: UnitOfWork, cache: BundleCache, vote_id: str, offset: int) -> BundlePiece:
    """Raises NotFound VOTE_UNKNOWN, FailedPrecondition NOT_CONCLUDED while there is no outcome, Invalid OFFSET_BEYOND_THE_END."""
    view = await get_vote_evidence(work, cache.board_cache, vote_id)
    content = await cache.load(work, view, offset)
    if not 0 <= offset <= len(content):
        raise invalid("offset", "OFFSET_BEYOND_THE_END")
    fingerprints = await get_root_fingerprints(work)
    pins = {party.id: fingerprints[party.id] for party in view.vote.terms.parties if party.id in fingerprints}
    return BundlePiece(content[offset : offset + PIECE_BYTES], len(content), f"vote-{view.vote.id[:12]}.kith", pins)


async def _write_bundle(work: UnitOfWork, view: VoteEvidenceView) -> bytes:
    vote, terms = view.vote, view.vote.terms
    if vote.outcome is None and not view.evidence.settlement:
        raise FailedPrecondition("NOT_CONCLUDED")
    heads, cosignatures = await boards.heads_by_board(work, vote.id), await boards.cosignatures_by_board(work, vote.id)
    files = {}
    for party in terms.parties:
        notes = _checkpoint_notes(terms, party.id, heads.get(party.id, []), cosignatures.get(party.id, []))
        size = notes[-1][0] if notes else 0
        files[party.id] = BoardFile(await boards.list_entries(work, vote.id, party.id, 0, size), [text for _, text in notes])
    annulled = view.evidence.settlement is not None and view.evidence.settlement.kind == ANNUL
    return pack(
        Bundle(
            terms=terms.data,
            identities=await _identities(work, vote.id, terms),
            boards=files,
            outcome=None if annulled else vote.outcome,
            signatures={} if annulled else _outcome_entries(view, {co_op: len(file.entries) for co_op, file in files.items()}),
            evidence=await _evidence(work, view, files),
        )
    )


def _checkpoint_notes(terms: VoteTerms, co_op: str, heads: list[SignedHead], cosignatures: list[Cosignature]) -> list[tuple[int, bytes]]:
    """Signed notes by rising size, each with at least one cosignature."""
    notes = []
    for head in heads:
        witnessed = [
            (cosignature.witness, cosignature.time, cosignature.signature)
            for cosignature in cosignatures
            if (cosignature.size, cosignature.root) == (head.size, head.root)
        ]
        if witnessed:
            signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), head.size, head.root)
            notes.append((head.size, write_note(terms, co_op, signed, head.signature, sorted(witnessed))))
    return notes


def _outcome_entries(view: VoteEvidenceView, sizes: dict[str, int]) -> dict[str, bytes]:
    """Each participant's `outcome` entry of the highest revision, if it is among the entries in the bundle."""
    result: dict[str, bytes] = {}
    for co_op, board in view.evidence.boards.items():
        entry = board.outcomes.get(view.vote.outcome_revision)
        if entry is not None and co_op in view.vote.terms.participants and _is_within(view, co_op, entry.data(), sizes[co_op]):
            result[co_op] = entry.data()
    return result


def _is_within(view: VoteEvidenceView, co_op: str, entry: bytes, size: int) -> bool:
    return merkle.leaf_hash(entry) in view.evidence.boards[co_op].leaves[:size]


async def _identities(work: UnitOfWork, vote_id: str, terms: VoteTerms) -> dict[str, bytes]:
    """For each party, the latest document that names its signing key of this vote."""
    result: dict[str, tuple[int, bytes]] = {}
    for co_op, content in await votes.list_identity_documents(work, vote_id):
        try:
            document = read_identity(content)
        except DocumentError:
            continue
        party = terms.by_id.get(co_op)
        names_signer = party is not None and any(key.key == party.signer for key in document.keys)
        if names_signer and document.seq > result.get(co_op, (0, b""))[0]:
            result[co_op] = document.seq, content
    return {co_op: content for co_op, (_, content) in result.items()}


async def _evidence(work: UnitOfWork, view: VoteEvidenceView, files: Mapping[str, BoardFile]) -> list[bytes]:
    """Every document that is proof with these files alone; a settlement once, with all its signatures."""
    contents = await evidence_documents.list_for_vote(work, view.vote.id)
    documents = [document for document in contents if f'"kind":"{proofs.SETTLEMENT}"'.encode() not in document]
    board_by_co_op = view.evidence.boards
    if documents and any(board.size > len(files[co_op].entries) for co_op, board in board_by_co_op.items()):
        # The files contain cosigned entries only; a document may rely on others.
        board_by_co_op = await asyncio.to_thread(_read_boards, view.vote.terms, files)
    documents = [document for document in documents if _is_proof(view.vote.terms, board_by_co_op, document)]
    settlement = view.evidence.settlement
    if settlement is not None:
        sigs = read_settlement_signatures(view.vote.terms, view.evidence.boards, contents)[settlement]
        wanted = {co_op: sig for co_op, sig in sigs.items() if co_op not in settlement.without}
        documents.append(proofs.settlement(write_settlement(settlement, wanted)))
    return documents


def _read_boards(terms: VoteTerms, files: Mapping[str, BoardFile]) -> dict[str, Board]:
    return {co_op: Board(terms, co_op).extend(file.entries) for co_op, file in files.items() if file.entries}


def _is_proof(terms: VoteTerms, board_by_co_op: Mapping[str, Board], document: bytes) -> bool:
    try:
        proofs.read_evidence(terms, board_by_co_op, document)
    except DocumentError:
        return False
    return True

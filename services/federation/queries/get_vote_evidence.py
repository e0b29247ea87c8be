"""What the boards of a vote prove; anyone computes the same from the same evidence."""

from dataclasses import dataclass
from datetime import datetime

from libs.boards.board import Board
from libs.boards.cuts import witnessed_cut
from libs.boards.documents import Settlement
from libs.boards.entries import SCRUTINY
from libs.boards.vote_state import VoteEvidence, VoteStatus, vote_status
from libs.boards.vote_terms import OBSERVER
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.federation.storage import boards, evidence_documents, votes
from services.federation.storage.board_cache import BoardCache, read_settlement_signatures
from services.federation.storage.votes import Vote


@dataclass(frozen=True)
class BoardView:
    """One party's board as we hold it."""

    co_op: str
    name: str
    observer: bool
    board: Board | None
    size: int
    cut_now: int
    cut_at_close: int
    holders: tuple[str, ...]
    heard_at: datetime | None
    scrutineers: int


@dataclass(frozen=True)
class VoteEvidenceView:
    """The vote, its boards and its status."""

    vote: Vote
    evidence: VoteEvidence
    status: VoteStatus
    boards: tuple[BoardView, ...]
    partial_settlements: tuple[tuple[Settlement, tuple[str, ...]], ...]
    """Settlements with at least one signature: the body, and who signed."""


async def get_vote_evidence(work: UnitOfWork, board_cache: BoardCache, vote_id: str) -> VoteEvidenceView:
    """Raises NotFound VOTE_UNKNOWN."""
    vote = await votes.get(work, vote_id)
    if vote is None:
        raise NotFound("VOTE_UNKNOWN")
    now = int(work.now.timestamp())
    evidence = await board_cache.load_evidence(work, vote)
    records = await boards.get_by_co_op(work, vote.id)
    names = await votes.get_party_names(work, vote.id)
    cosignatures = await boards.cosignatures_by_board(work, vote.id)
    board_views = []
    for party in vote.terms.parties:
        record, board = records[party.id], evidence.boards.get(party.id)
        held = evidence.witnessed.get(party.id, ())
        board_views.append(
            BoardView(
                co_op=party.id,
                name=names.get(party.id, party.id),
                observer=party.kind == OBSERVER,
                board=board,
                size=record.size,
                cut_now=witnessed_cut(vote.terms, party.id, held, now),
                cut_at_close=witnessed_cut(vote.terms, party.id, held, vote.terms.concluded_from) if now > vote.terms.concluded_from else 0,
                holders=tuple(
                    sorted({cosignature.witness for cosignature in cosignatures.get(party.id, []) if cosignature.size >= record.size})
                )
                if record.size
                else (),
                heard_at=record.heard_at,
                scrutineers=max((notice.scrutineers for notice in board.notices if notice.about == SCRUTINY), default=0) if board else 0,
            )
        )
    signed = read_settlement_signatures(vote.terms, evidence.boards, await evidence_documents.list_for_vote(work, vote.id))
    partial_settlements = tuple((settlement, tuple(sorted(sigs))) for settlement, sigs in signed.items())
    return VoteEvidenceView(vote, evidence, vote_status(evidence, now), tuple(board_views), partial_settlements)

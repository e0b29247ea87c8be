"""Records misconduct that the boards prove: two outcomes of one party, a backdated cosignature."""

from libs.boards import evidence as proofs
from libs.boards.entries import OutcomeEntry
from libs.boards.vote_state import VoteEvidence
from libs.database.engine import UnitOfWork
from libs.signing import checkpoint
from libs.signing.checkpoint import Checkpoint
from services.federation.storage import boards, evidence_documents
from services.federation.storage.votes import Vote


async def record_misconduct(work: UnitOfWork, vote: Vote, evidence: VoteEvidence) -> bool:
    """Returns whether any proof is new."""
    is_new = False
    for board in evidence.boards.values():
        revisions: dict[int, OutcomeEntry] = {}
        for (revision, _), entry in sorted(board.signed.items()):
            first = revisions.setdefault(revision, entry)
            if first.hash != entry.hash:
                is_new |= await evidence_documents.add(work, vote.id, proofs.DOUBLE_OUTCOME, proofs.double_outcome(first, entry))
    for co_op, cosignatures in (await boards.cosignatures_by_board(work, vote.id)).items():
        for cosignature in cosignatures:
            closed = evidence.boards[cosignature.witness].closed if cosignature.witness in evidence.boards else None
            sizes = {board: size for board, size, _, _ in closed.boards} if closed is not None else {}
            if closed is not None and cosignature.time <= vote.terms.concluded_from and cosignature.size > sizes.get(co_op, 0):
                heads = {(head.size, head.root): head for head in await boards.list_heads(work, vote.id, co_op)}
                head = Checkpoint(checkpoint.origin_of(co_op, vote.id), cosignature.size, cosignature.root)
                signed = [(cosignature.witness, cosignature.time, cosignature.signature)]
                note = proofs.write_note(vote.terms, co_op, head, heads[cosignature.size, cosignature.root].signature, signed)
                document = proofs.late_cosignature(cosignature.witness, co_op, note)
                is_new |= await evidence_documents.add(work, vote.id, proofs.LATE_COSIGNATURE, document)
    return is_new

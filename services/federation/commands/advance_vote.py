"""Steps that advance a vote: post our own entries, sign the outcome, record misconduct, publish the vote's state to governance."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from libs.boards import entries as kinds
from libs.boards import evidence as proofs
from libs.boards.document_fields import decode_json
from libs.boards.entries import Entry, JoinEntry, OpenEntry, OutcomeEntry
from libs.boards.vote_state import NOT_CONCLUDED, VoteEvidence, VoteState, VoteStatus
from libs.database.engine import UnitOfWork
from libs.signing import canonical, checkpoint, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import Checkpoint
from services.federation.commands import own_board
from services.federation.domain import agreement
from services.federation.domain.own_board_rules import OwnCosignature
from services.federation.storage import boards, events_out, evidence_documents, peers, votes
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.votes import Vote, VoteKeys


async def own_cosignatures(work: UnitOfWork, vote: Vote, us: str) -> dict[str, OwnCosignature]:
    """Our largest cosignature of each other board, dated by T."""
    result: dict[str, OwnCosignature] = {}
    for co_op, cosignatures in (await boards.cosignatures_by_board(work, vote.id)).items():
        in_time = [
            cosignature for cosignature in cosignatures if cosignature.witness == us and cosignature.time <= vote.terms.concluded_from
        ]
        if in_time:
            largest = max(in_time, key=lambda cosignature: cosignature.size)
            result[co_op] = (largest.size, largest.root, largest.time)
    return result


async def post_entries(work: UnitOfWork, vote: Vote, us: str, entries: Sequence[Entry]) -> None:
    """Appends our own entries to our board; opening is published as an event in the same transaction."""
    await own_board.append_entries(work, vote.id, us, [entry.data() for entry in entries if not isinstance(entry, kinds.BadBallot)])
    if any(isinstance(entry, OpenEntry) for entry in entries):
        await events_out.vote_opened(work, vote.id)


async def join_as_observer(work: UnitOfWork, cipher: KeyCipher, vote: Vote, us: str) -> bool:
    """Joins as an observer, under the decision of its peering with the convener: the members decide nothing. Returns whether it did."""
    keys, convener = await votes.get_keys(work, cipher, vote.terms.draft, vote.terms.convener), await peers.get(work, vote.terms.convener)
    if keys is None or convener is None or convener.our_half is None:
        return False
    decision = agreement.half_from_json(canonical.decode(convener.our_half)).decision
    join = JoinEntry(vote.id, us, decision.body, decision.date, decision.reference)
    signed = replace(join, sig=statement.sign(keys[1].statement, "join", join.signed()))
    await own_board.append_entries(work, vote.id, us, [vote.terms.data, signed.data()], once=True)
    return True


async def sign_outcome(work: UnitOfWork, vote: Vote, us: str, keys: VoteKeys, revision: int, outcome: bytes) -> bool:
    """Signs one outcome for each revision, ever: the row that says so is written first. Returns whether it was signed now."""
    if not await votes.mark_signed(work, vote.id, revision):
        return False
    entry = OutcomeEntry(vote.id, us, revision, hashlib.sha256(outcome).digest())
    signed = OutcomeEntry(entry.vote, entry.id, entry.revision, entry.hash, statement.sign(keys.statement, "outcome", entry.signed()))
    await votes.save_outcome(work, vote.id, revision, outcome)
    await own_board.append_entries(work, vote.id, us, [signed.data()])
    return True


async def publish_state(work: UnitOfWork, vote: Vote, status: VoteStatus, now: int, outcome: bytes | None) -> None:
    """Publishes the vote's state, once for each state. `outcome` has the bytes that `status` calls final."""
    state = state_to_publish(vote, status, now, outcome)
    if state in ("", vote.published_state):
        return
    match status.state:
        case VoteState.FINAL if outcome is not None:
            if state == f"contested:{status.revision}" and vote.published_state == f"final:{status.revision}":
                await events_out.vote_contested(work, vote.id)
            else:
                passes = _passes(outcome)
                digest = status.outcome.hex()
                await events_out.vote_final(work, vote.id, status.revision, digest, passes=passes, contested=status.contested)
        case VoteState.DISPUTED:
            await events_out.vote_disputed(work, vote.id, status.why)
        case VoteState.VOID:
            await events_out.vote_void(work, vote.id)
        case _:
            await events_out.vote_annulled(work, vote.id)
    await votes.set_published_state(work, vote.id, state)


async def record_misconduct(work: UnitOfWork, vote: Vote, evidence: VoteEvidence) -> bool:
    """Records misconduct that the boards prove: two outcomes of one party, a backdated cosignature. Returns whether any proof is new."""
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


def state_to_publish(vote: Vote, status: VoteStatus, now: int, outcome: bytes | None) -> str:
    """The state as we store it; empty while there is nothing to publish."""
    match status.state:
        case VoteState.FINAL:
            if outcome is None:
                return ""
            return f"{'contested' if status.contested else 'final'}:{status.revision}"
        case VoteState.DISPUTED:
            return f"disputed:{status.why or NOT_CONCLUDED}"
        case VoteState.VOID:
            # Until the close, evidence may still come that every party was ready in time.
            return "void" if now > vote.terms.close else ""
        case VoteState.ANNULLED:
            return f"annulled:{status.revision}"
        case _:
            return ""


def _passes(outcome: bytes) -> bool:
    fields: Json = decode_json(outcome, "outcome")
    result = fields["result"] if isinstance(fields, dict) else None
    return isinstance(result, dict) and result["passes"] is True

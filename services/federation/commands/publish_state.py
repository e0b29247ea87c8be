"""Publishes the state of a vote to governance, once for each state."""

from libs.boards.document_fields import decode_json
from libs.boards.vote_state import VoteState, VoteStatus
from libs.database.engine import UnitOfWork
from libs.signing.canonical import Json
from services.federation.domain.published_state import state_to_publish
from services.federation.storage import events_out, votes
from services.federation.storage.votes import Vote


async def publish_state(work: UnitOfWork, vote: Vote, status: VoteStatus, now: int, outcome: bytes | None) -> None:
    """`outcome` has the bytes that `status` calls final."""
    state = state_to_publish(vote.terms, status, now, outcome)
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


def _passes(outcome: bytes) -> bool:
    fields: Json = decode_json(outcome, "outcome")
    result = fields["result"] if isinstance(fields, dict) else None
    return isinstance(result, dict) and result["passes"] is True

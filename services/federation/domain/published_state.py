"""The state of a vote as governance learns it."""

from libs.boards.vote_state import NOT_CONCLUDED, VoteState, VoteStatus
from libs.boards.vote_terms import VoteTerms


def state_to_publish(terms: VoteTerms, status: VoteStatus, now: int, outcome: bytes | None) -> str:
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
            return "void" if now > terms.close else ""
        case VoteState.ANNULLED:
            return f"annulled:{status.revision}"
        case _:
            return ""

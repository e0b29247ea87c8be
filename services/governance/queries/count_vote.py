"""CountVote: computes the outcome bytes from what boards hold below the cuts. It reads no table: the same evidence gives the same bytes."""

from libs.boards.document_fields import DocumentError
from libs.boards.vote_terms import read_terms
from libs.refusals import invalid
from services.governance.domain.vote_outcome import OutcomeEvidence, compute_outcome


def count_vote(terms: bytes, evidence: OutcomeEvidence) -> bytes:
    """Return the outcome bytes. Raises Invalid TERMS_IMPOSSIBLE or EVIDENCE_WRONG, FailedPrecondition VOTE_UNCOUNTABLE."""
    try:
        parsed_terms = read_terms(terms)
    except DocumentError as error:
        raise invalid("terms", "TERMS_IMPOSSIBLE", why=str(error)) from error
    return compute_outcome(parsed_terms, evidence)

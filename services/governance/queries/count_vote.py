"""CountVote: from what boards hold below the cuts to outcome bytes. No table is read: the same evidence gives the same bytes anywhere."""

from libs.boards.forms import DocumentError
from libs.boards.terms import read_terms
from libs.refusals import invalid
from services.governance.domain.outcome import Evidence, outcome


def count_vote(terms: bytes, evidence: Evidence) -> bytes:
    """Raises Invalid TERMS_IMPOSSIBLE or EVIDENCE_WRONG, NotNow VOTE_UNCOUNTABLE."""
    try:
        read = read_terms(terms)
    except DocumentError as error:
        raise invalid("terms", "TERMS_IMPOSSIBLE", why=str(error)) from error
    return outcome(read, evidence)

"""TakeTerms: stores the terms of a federated vote that this co-op is a party to. Accepting them commits it to nothing."""

from libs.boards.document_fields import DocumentError
from libs.boards.vote_terms import OBSERVER, check_party, read_terms
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.governance.domain.vote_lifecycle import utc_time
from services.governance.domain.vote_outcome import require_countable
from services.governance.storage import votes


async def take_terms(work: UnitOfWork, data: bytes, co_op: str) -> str:
    """Return the vote id; idempotent. Raises Invalid TERMS_IMPOSSIBLE, NOT_OUR_VOTE, TIMES_WRONG or RULE_CANNOT_COUNT."""
    try:
        terms = read_terms(data)
        for party in terms.parties:
            check_party(terms, party)
    except DocumentError as error:
        raise invalid("terms", "TERMS_IMPOSSIBLE", why=str(error)) from error
    own_party = terms.by_id.get(co_op)
    if own_party is None:
        raise invalid("terms", "NOT_OUR_VOTE")
    utc_time(terms.concluded_from + terms.grace + terms.window)
    require_countable(terms.rule, terms.groups, terms.participants)
    await votes.add(work, terms, utc_time(terms.close), observer=own_party.kind == OBSERVER)
    return terms.vote

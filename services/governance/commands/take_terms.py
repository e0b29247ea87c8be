"""TakeTerms: terms of a vote that this co-op is a party of have come. Taking them promises nothing."""

from libs.boards.forms import DocumentError
from libs.boards.terms import OBSERVER, check_party, read_terms
from libs.database.engine import Work
from libs.refusals import invalid
from services.governance.domain.outcome import require_countable
from services.governance.domain.vote_course import moment
from services.governance.storage import votes


async def take_terms(work: Work, data: bytes, co_op: str) -> str:
    """The vote id; twice is once. Raises Invalid TERMS_IMPOSSIBLE, NOT_OUR_VOTE, TIMES_WRONG or RULE_CANNOT_COUNT."""
    try:
        terms = read_terms(data)
        for party in terms.parties:
            check_party(terms, party)
    except DocumentError as error:
        raise invalid("terms", "TERMS_IMPOSSIBLE", why=str(error)) from error
    us = terms.by_id.get(co_op)
    if us is None:
        raise invalid("terms", "NOT_OUR_VOTE")
    moment(terms.concluded_from + terms.grace + terms.window)
    require_countable(terms.rule, terms.groups, terms.participants)
    await votes.add(work, terms, moment(terms.close), observer=us.kind == OBSERVER)
    return terms.vote

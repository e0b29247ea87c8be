"""ComposeTerms: every party has given its keys; the draft becomes terms, once and for all."""

from collections.abc import Mapping, Sequence

from libs.boards import forms
from libs.boards.forms import DocumentError
from libs.boards.terms import Party, check_party, read_party
from libs.database.engine import Work
from libs.refusals import NotFound, invalid
from services.governance.domain.vote_draft import compose
from services.governance.storage import vote_drafts


async def compose_terms(work: Work, draft_id: str, given: Sequence[tuple[bytes, Mapping[str, int]]]) -> bytes:
    """The terms bytes; `given` is JSON bytes of each party and how many people its classes have.

    The first answer stays: asked again, with whatever keys, the draft's terms are what they were. Raises NotFound DRAFT_UNKNOWN, Invalid
    PARTIES_WRONG or TERMS_IMPOSSIBLE.
    """
    drafted = await vote_drafts.locked(work, draft_id)
    if drafted is None:
        raise NotFound("DRAFT_UNKNOWN")
    if drafted.terms is not None:
        return drafted.terms
    parties = [(_party(data), classes) for data, classes in given]
    terms = compose(drafted.draft, draft_id, parties, int(work.now.timestamp()))
    try:
        for party in terms.parties:
            check_party(terms, party)
    except DocumentError as error:
        raise invalid("parties", "PARTIES_WRONG", why=str(error)) from error
    await vote_drafts.composed(work, draft_id, terms.data, terms.vote)
    return terms.data


def _party(data: bytes) -> Party:
    try:
        return read_party(forms.decoded(data, "party"))
    except DocumentError as error:
        raise invalid("parties", "PARTIES_WRONG", why=str(error)) from error

"""ComposeTerms: builds the terms from a draft, once, when every party has given its keys."""

from collections.abc import Mapping, Sequence

from libs.boards import document_fields
from libs.boards.document_fields import DocumentError
from libs.boards.vote_terms import Party, check_party, read_party
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.governance.domain.vote_draft import build_terms
from services.governance.storage import vote_drafts


async def compose_terms(work: UnitOfWork, draft_id: str, party_answers: Sequence[tuple[bytes, Mapping[str, int]]]) -> bytes:
    """Return the terms bytes; `party_answers` is, for each party, its JSON bytes and how many people its classes have.

    The first terms stay: a later call, with whatever keys, returns the same terms. Raises NotFound DRAFT_UNKNOWN, Invalid PARTIES_WRONG or
    TERMS_IMPOSSIBLE.
    """
    stored_draft = await vote_drafts.get_locked(work, draft_id)
    if stored_draft.terms is not None:
        return stored_draft.terms
    parties = [(_parse_party(data), classes) for data, classes in party_answers]
    terms = build_terms(stored_draft.draft, draft_id, parties, int(work.now.timestamp()))
    try:
        for party in terms.parties:
            check_party(terms, party)
    except DocumentError as error:
        raise invalid("parties", "PARTIES_WRONG", why=str(error)) from error
    await vote_drafts.save_terms(work, draft_id, terms.data, terms.vote)
    return terms.data


def _parse_party(data: bytes) -> Party:
    try:
        return read_party(document_fields.decode_json(data, "party"))
    except DocumentError as error:
        raise invalid("parties", "PARTIES_WRONG", why=str(error)) from error

"""One of the two, or who is beside them, writes something: for all three, or for who is beside them alone."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotAllowed, invalid
from libs.texts.words import check_words
from services.matching.domain.concern import BETWEEN_TWO, MAX_WORDS
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import concern_notes, concerns, events_out
from services.matching.storage.concern_notes import ConcernNote


async def write_concern_note(
    work: UnitOfWork,
    concern_id: UUID,
    typed: str,
    for_facilitator: bool,  # noqa: FBT001 - a field of the request
) -> None:
    """Raises NotFound CONCERN_UNKNOWN, Invalid WORDS_MISSING or WORDS_TOO_LONG, FailedPrecondition CONCERN_OVER, or NOBODY_BESIDE_YOU where
    nobody has said yes to being beside the two, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    author, concern = await acting.require_principal(work, SCOPE), await concerns.get(work, concern_id)
    beside = concern.facilitator if concern.facilitates_since else None
    if author not in (*concern.two, beside) or (author == beside and for_facilitator):
        raise NotAllowed("NOT_YOURS")
    if concern.step not in BETWEEN_TWO:
        raise FailedPrecondition("CONCERN_OVER")
    if for_facilitator and beside is None:
        raise FailedPrecondition("NOBODY_BESIDE_YOU")
    words = check_words("words", typed, MAX_WORDS)
    if not words:
        raise invalid("words", "WORDS_MISSING")
    await concern_notes.add(work, ConcernNote(work.new_id(), concern.id, author, beside if for_facilitator else None, words, work.now))
    readers = {beside} if for_facilitator else {*concern.two, beside} - {author}
    await events_out.concern_notice(work, "concern_waiting", [one for one in readers if one is not None])

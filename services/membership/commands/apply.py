"""Somebody asks to join."""

import unicodedata
from uuid import UUID

from libs.database.engine import Work
from libs.refusals import AlreadyDone, NotAllowed, NotNow, invalid
from services.membership.storage import applications, facts_out, heard, members

LONGEST_WHY = 2000


async def apply(work: Work, member_class: str, why: str) -> UUID:
    """The application's id.

    Raises NotNow RULEBOOK_NOT_ADOPTED, Invalid CLASS_UNKNOWN, WHY_TOO_LONG or WHY_MALFORMED, AlreadyDone ALREADY_MEMBER or
    ALREADY_APPLIED.
    """
    person = work.caller.person
    if person is None:
        raise NotAllowed("PERSON_NEEDED")
    classes = await heard.classes(work)
    if not classes:
        raise NotNow("RULEBOOK_NOT_ADOPTED")
    if member_class not in classes:
        raise invalid("member_class", "CLASS_UNKNOWN")
    reason = unicodedata.normalize("NFC", why).strip()
    if len(reason) > LONGEST_WHY:
        raise invalid("why", "WHY_TOO_LONG", at_most=str(LONGEST_WHY))
    if "\0" in reason:
        raise invalid("why", "WHY_MALFORMED")
    changes = (await members.timeline(work, person)).changes
    if changes and changes[-1].member_class:
        raise AlreadyDone("ALREADY_MEMBER")
    application = work.new_id()
    if not await applications.add(work, application, person, member_class, reason):
        raise AlreadyDone("ALREADY_APPLIED")
    await facts_out.membership_applied(work, application, person, member_class)
    return application

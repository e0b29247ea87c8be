"""A person applies for membership."""

import unicodedata
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition, invalid
from services.membership.storage import applications, events_out, members, projections
from services.membership.storage.applications import Application

MAX_REASON_LENGTH = 2000


async def apply(work: UnitOfWork, member_class: str, why: str) -> UUID:
    """Returns the application's id.

    Raises FailedPrecondition RULEBOOK_NOT_ADOPTED, Invalid CLASS_UNKNOWN, WHY_TOO_LONG or WHY_MALFORMED, AlreadyExists ALREADY_MEMBER or
    ALREADY_APPLIED.
    """
    person = await hats.require_person(work)
    classes = await projections.get_classes(work)
    if not classes:
        raise FailedPrecondition("RULEBOOK_NOT_ADOPTED")
    if member_class not in classes:
        raise invalid("member_class", "CLASS_UNKNOWN")
    reason = unicodedata.normalize("NFC", why).strip()
    if len(reason) > MAX_REASON_LENGTH:
        raise invalid("why", "WHY_TOO_LONG", at_most=str(MAX_REASON_LENGTH))
    if "\0" in reason:
        raise invalid("why", "WHY_MALFORMED")
    if (await members.get_timeline(work, person)).goes_on():
        raise AlreadyExists("ALREADY_MEMBER")
    application = Application(work.new_id(), person, member_class, reason, work.now)
    if not await applications.add(work, application):
        raise AlreadyExists("ALREADY_APPLIED")
    await events_out.membership_applied(work, application.id, person, member_class)
    return application.id

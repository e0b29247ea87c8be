"""A person says what drafts may do with the visits to them."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_choice import PersonDraftChoice
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import draft_choices


async def set_person_draft_choice(work: UnitOfWork, person: UUID, together: bool, may_change: bool) -> None:  # noqa: FBT001 - fields of the request
    """It counts for drafts that are made from now on.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    caller = await acting.require_self_or_acting(work, person, SCOPE)
    await draft_choices.save_person(work, PersonDraftChoice(person, together, may_change, caller, work.now))

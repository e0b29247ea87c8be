"""A person says what drafts may do with the visits to them."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_choice import PersonDraftChoice, find_district
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.ways import Ways
from services.scheduling.storage import draft_choices


async def set_person_draft_choice(
    work: UnitOfWork,
    person: UUID,
    together: bool,  # noqa: FBT001 - a field of the request
    may_change: bool,  # noqa: FBT001 - a field of the request
    district: str,
    *,
    ways: Ways,
) -> None:
    """It counts for drafts that are made from now on.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, Invalid DISTRICT_UNKNOWN.
    """
    caller = await acting.require_self_or_acting(work, person, SCOPE)
    choice = PersonDraftChoice(person, together, may_change, caller, work.now, find_district(ways, district))
    await draft_choices.save_person(work, choice)

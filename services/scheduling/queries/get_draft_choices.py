"""What the caller has said of drafts beforehand."""

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.draft_choice import PersonDraftChoice, WorkerDraftChoice
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import draft_choices


async def get_draft_choices(work: UnitOfWork) -> tuple[WorkerDraftChoice | None, PersonDraftChoice | None]:
    """As a worker, never to who acts for them; and as a person. Raises NotAllowed PERSON_NEEDED or as for acting."""
    principal = await acting.require_principal(work, SCOPE)
    worker = None if work.caller.acting_for else await draft_choices.find_worker(work, principal)
    return worker, await draft_choices.find_person(work, principal)

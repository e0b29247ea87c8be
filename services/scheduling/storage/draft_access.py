"""Who may do what with a draft of a week: what its commands begin with."""

from uuid import UUID

from kith.scheduling.v1.enums import WeekDraftState
from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotFound
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.week_draft import WeekDraft
from services.scheduling.storage import draft_rules, week_drafts


async def require_planner(work: UnitOfWork, draft_id: UUID, *, lock: bool = True) -> tuple[WeekDraft, UUID]:
    """The draft, for its planner and who acts for them; one of all who agreed to it needs the hat. And the person who calls.

    Raises NotFound WEEK_DRAFT_UNKNOWN, NotAllowed PERSON_NEEDED, HAT_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    principal = await acting.require_principal(work, SCOPE)
    draft = await week_drafts.get(work, draft_id, lock=lock)
    if draft.planner != principal:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    if draft.together:
        return draft, await hats.require_person(work, (await draft_rules.get(work)).hat)
    return draft, await hats.require_person(work)


async def begin_planning(work: UnitOfWork, *, together: bool) -> UUID:
    """Who may have a week drafted: the owner of a team, or who acts for them, and for all who agreed to it who wears the hat for it.

    Raises NotAllowed PERSON_NEEDED, HAT_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    if together:
        return await hats.require_person(work, (await draft_rules.get(work)).hat)
    return await acting.require_principal(work, SCOPE)


async def plans(work: UnitOfWork, draft: WeekDraft, principal: UUID) -> bool:
    """Whether they are its planner, and wear the hat if it needs one."""
    return draft.planner == principal and (not draft.together or await hats.wears(work, (await draft_rules.get(work)).hat))


async def require_asked(work: UnitOfWork, draft_id: UUID) -> WeekDraft:
    """The draft, locked, for those who are asked in it, while their answer counts.

    Raises NotFound WEEK_DRAFT_UNKNOWN, also while nobody is to know of it, FailedPrecondition WEEK_DRAFT_OVER.
    """
    draft = await week_drafts.get(work, draft_id, lock=True)
    if draft.state in (WeekDraftState.MAKING, WeekDraftState.DRAFT, WeekDraftState.FAILED):
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    if draft.state is not WeekDraftState.ASKED:
        raise FailedPrecondition("WEEK_DRAFT_OVER")
    return draft

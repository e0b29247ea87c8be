"""What is due of concerns: both look back on the day that they chose; and where a step takes longer, both are told once."""

from dataclasses import replace
from uuid import UUID

from kith.matching.v1.enums import ConcernStep
from libs.database.engine import UnitOfWork
from services.matching.commands.concern_steps import save_step, save_steps
from services.matching.domain.concern import Concern, close_over_time, look_back
from services.matching.storage import concern_rules, concerns, events_out


async def follow_concerns(work: UnitOfWork) -> int:
    """Returns how many."""
    due, rules = await concerns.list_due(work), await concern_rules.get_concern_rules(work)
    for concern in due:
        if concern.step is ConcernStep.AGREED:
            asked = look_back(concern, work.now, rules)
            await save_steps(work, [asked])
            await events_out.concern_notice(work, "concern_look_back", asked.two)
        elif concern.step is ConcernStep.LOOK_BACK:
            await save_step(work, concern, close_over_time(concern, work.now))
        else:
            await save_steps(work, [replace(concern, overdue_told_at=work.now)])
            await events_out.concern_notice(work, "concern_overdue", _told(concern))
    return len(due)


def _told(concern: Concern) -> list[UUID]:
    """Who has left has nothing left to do."""
    return [one for one in concern.two if one != concern.leaver]

"""A worker lets the average week bind them again. It does so after the notice of the rulebook; visits that they took stay theirs."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.opt_out import last_day_of
from services.scheduling.storage import opt_outs, visit_places, working_time_rules


async def end_opt_out(work: UnitOfWork, opt_out_id: UUID, *, zone: ZoneInfo) -> date | None:
    """Until when it holds; None if it had not begun. Raises NotAllowed PERSON_NEEDED, NotFound OPT_OUT_UNKNOWN, and FailedPrecondition
    OPT_OUT_ENDED.
    """
    worker = await hats.require_person(work)
    # A take that is under way either counts with it, or sees its last day.
    await visit_places.lock_worker(work, worker)
    own = await opt_outs.get_own(work, opt_out_id, worker)
    notice = (await working_time_rules.get(work)).opt_out_notice_days
    last_day = last_day_of(own, work.now.astimezone(zone).date(), notice)
    await opt_outs.end(work, own, last_day)
    return last_day

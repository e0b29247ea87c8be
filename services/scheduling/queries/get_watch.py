"""Who holds the watch, and when nobody watched."""

from dataclasses import dataclass
from datetime import timedelta

from kith.scheduling.v1.enums import WatchDutyState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.rulebook import WatchRules
from services.scheduling.domain.watch_duty import WatchDuty
from services.scheduling.storage import watch_duties, watch_rules
from services.scheduling.storage.watch_rules import WatchGap

_GAPS_SHOWN = timedelta(days=14)


@dataclass(frozen=True)
class Watch:
    """`duties` in the order in which they are told."""

    duties: list[WatchDuty]
    held_now: bool
    gaps: list[WatchGap]
    rules: WatchRules


async def get_watch(work: UnitOfWork) -> Watch:
    """Who has not answered yet, a secretary and they themselves see. Raises NotAllowed PERSON_NEEDED."""
    person, is_secretary = await hats.require_person(work), await hats.wears(work, hats.SECRETARY)
    duties = await watch_duties.list_coming(work)
    return Watch(
        [duty for duty in duties if duty.state is WatchDutyState.HELD or is_secretary or duty.holder == person],
        bool(await watch_duties.list_holders(work)),
        await watch_rules.list_gaps(work, work.now - _GAPS_SHOWN, work.now),
        await watch_rules.get(work),
    )

"""What a page about some days shows somebody of visits, read in one transaction: their visits, what they could take, and what waits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.database.paging import MAX_SIZE, Page, PageRequest
from services.scheduling.domain.visit import SCOPE
from services.scheduling.queries.get_waiting import Waiting, find_waiting
from services.scheduling.queries.list_visits import people_in, require_period, with_sharers, with_workers
from services.scheduling.storage import visits
from services.scheduling.storage.visits import ListedVisit

_FIRST_PAGE = PageRequest(MAX_SIZE)


@dataclass(frozen=True)
class Days:
    """The first page of each list; `open_visits` only if asked for, and what is taken or open not for who acts."""

    to_person: Page[ListedVisit]
    taken: Page[ListedVisit]
    open_visits: Page[ListedVisit]
    waiting: Waiting


async def get_days(
    work: UnitOfWork,
    person: UUID,
    begin: datetime,
    end: datetime,
    with_open: bool,  # noqa: FBT001 - a field of the request
    *,
    zone: ZoneInfo,
) -> Days:
    """As `list_visits`, `list_open_visits` and `get_waiting` together, with one entry in the audit for each person shown.

    Raises Invalid PERIOD_WRONG, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    caller = await acting.require_self_or_acting(work, person, SCOPE)
    require_period(begin, end)
    is_own = work.caller.acting_for is None
    to_person = await with_workers(work, await visits.list_to(work, person, begin, end, _FIRST_PAGE))
    taken = await visits.list_by(work, person, begin, end, _FIRST_PAGE) if is_own else Page[ListedVisit]([])
    open_visits = await visits.list_open(work, person, _FIRST_PAGE) if is_own and with_open else Page[ListedVisit]([])
    to_person, taken = await with_sharers(work, to_person, taken)
    await audit.record_read(work, "visit", "list", *{person} | people_in(to_person, taken, open_visits))
    return Days(to_person, taken, open_visits, await find_waiting(work, caller, zone=zone))

"""The visits to a person, or shared by them, or those that a worker took, within some days."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotAllowed, invalid
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import visit_places, visit_sharers, visits
from services.scheduling.storage.visits import ListedVisit

LONGEST = timedelta(days=62)


async def list_visits(
    work: UnitOfWork,
    person: UUID,
    giving: bool,  # noqa: FBT001 - a field of the request
    begin: datetime,
    end: datetime,
    page: PageRequest,
) -> Page[ListedVisit]:
    """Those that start from `begin` until before `end`. What the worker took, the worker alone sees here; the person
    also sees who comes.

    Raises Invalid PERIOD_WRONG, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    require_period(begin, end)
    if not giving:
        found = await with_workers(work, await visits.list_to(work, person, begin, end, page))
    elif work.caller.acting_for is None:
        found = await visits.list_by(work, person, begin, end, page)
    else:
        raise NotAllowed("NOT_YOURS")
    (found,) = await with_sharers(work, found)
    await audit.record_read(work, "visit", "list", *people_in(found))
    return found


def require_period(begin: datetime, end: datetime) -> None:
    """Raises Invalid PERIOD_WRONG."""
    if not timedelta() < end - begin <= LONGEST:
        raise invalid("end", "PERIOD_WRONG")


async def with_workers(work: UnitOfWork, page: Page[ListedVisit]) -> Page[ListedVisit]:
    """With who comes."""
    workers = await visit_places.list_workers_of(work, [row.visit.id for row in page.items])
    return page.map(lambda row: replace(row, workers=workers[row.visit.id]))


async def with_sharers(work: UnitOfWork, *pages: Page[ListedVisit]) -> list[Page[ListedVisit]]:
    """With whom each visit serves beside the person."""
    sharers = await visit_sharers.list_of(work, [row.visit.id for page in pages for row in page.items])
    return [page.map(lambda row: replace(row, shared=sharers.get(row.visit.id))) for page in pages]


def people_in(*pages: Page[ListedVisit]) -> set[UUID]:
    """Whom the visits serve."""
    rows = [row for page in pages for row in page.items]
    return {row.visit.person for row in rows} | {row.shared.sharer for row in rows if row.shared}

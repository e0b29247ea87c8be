"""What goes by mail of a day, and who chose what: as little as a day can be lived by (ADR 71)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.scheduling.domain.day_sheet import SheetVisit
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import day_sheets, timed_confirmations
from services.scheduling.storage.day_sheets import DaySheetChoice


async def get_day_sheet(work: UnitOfWork, person: UUID, day: date | None) -> Sequence[SheetVisit]:
    """For web. `others` are only those who may be named. Raises Invalid DATE_MALFORMED."""
    if day is None:
        raise invalid("day", "DATE_MALFORMED")
    visits = await day_sheets.list_visits(work, person, day)
    named = await day_sheets.who_may_be_named(work, {other for visit in visits for other in visit.others})
    await audit.record_read(work, "visit", "day_sheet", person)
    return [replace(visit, others=tuple(other for other in visit.others if other in named)) for visit in visits]


async def get_day_sheet_choice(work: UnitOfWork, person: UUID) -> tuple[DaySheetChoice | None, int]:
    """With the hour by the rulebook. Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_self_or_acting(work, person, SCOPE)
    return await day_sheets.find_choice(work, person), (await timed_confirmations.get_rules(work)).day_sheet_hour

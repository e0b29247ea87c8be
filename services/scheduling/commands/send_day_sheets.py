"""Everybody who wants their day sheet is told of it, once for each plan of a day: web puts it into a mail or a letter.

What was sent and that it is sent are one transaction, so that being stopped in the middle, or running twice, sends nothing twice.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice
from services.scheduling.domain.day_sheet import SentSheet, days_due, ends_at, fingerprint, must_go_out, next_due
from services.scheduling.storage import day_sheets, events_out, timed_confirmations


async def send_day_sheets(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns how many were sent."""
    hour = (await timed_confirmations.get_rules(work)).day_sheet_hour
    days = days_due(zone, work.now, hour)
    await day_sheets.forget_before(work, days[0])
    sent = 0
    for person in await day_sheets.list_wanted(work):
        for day in days:
            visits, before = await day_sheets.list_visits(work, person, day), await day_sheets.find_sent(work, person, day)
            if must_go_out(visits, before, work.now):
                number = before.number + 1 if before else 1
                if not await day_sheets.add_sent(work, person, day, SentSheet(number, fingerprint(visits))):
                    continue
                notice = Notice.DAY_SHEET_AGAIN if before else Notice.DAY_SHEET
                await events_out.day_sheet_wanted(work, notice.value, person, day, number, ends_at(zone, day))
                sent += 1
    return sent


async def next_day_sheets(work: UnitOfWork, *, zone: ZoneInfo) -> datetime | None:
    """When those of another day go out; None while nobody wants one."""
    if not await day_sheets.list_wanted(work):
        return None
    return next_due(zone, work.now, (await timed_confirmations.get_rules(work)).day_sheet_hour)

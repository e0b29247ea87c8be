"""Reminds the secretaries of requests for data that are due within a week, once each."""

from datetime import date

from libs.database.engine import UnitOfWork
from services.identity.domain.data_request import REMIND_BEFORE
from services.identity.storage import data_requests, events_out


async def remind_of_data_requests(work: UnitOfWork, today: date) -> int:
    """Returns of how many."""
    due = await data_requests.mark_reminded(work, today + REMIND_BEFORE)
    for request in due:
        await events_out.data_request_waits(work, request)
    return len(due)


async def next_reminder_day(work: UnitOfWork) -> date | None:
    """The day on which the next reminder is due; None when nobody waits."""
    day = await data_requests.next_due_day(work)
    return day - REMIND_BEFORE if day else None

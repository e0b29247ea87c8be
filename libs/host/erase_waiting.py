"""The job of a service that may have to wait before it erases somebody: it tries again whenever something happened."""

from libs.access.erasing import PersonEraser
from libs.database.engine import UnitOfWork
from libs.host.component import Job


async def _unknown(_: UnitOfWork) -> None:
    """What it waits for says so with an event."""


def erase_waiting_job(eraser: PersonEraser) -> Job:
    """Named in the policies of row-level security of the tables from which it deletes."""
    return Job("erase_waiting", eraser.erase_waiting, _unknown)

"""Job that calls off what is planned for people who have died."""

from datetime import datetime
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.caught_up import follow
from libs.host.component import Job, Runtime
from services.scheduling.commands.call_off_visits_of_deceased import call_off_visits_of_deceased
from services.scheduling.storage import deceased_persons


def job(runtime: Runtime, zone: ZoneInfo) -> Job:
    """It waits while the memberships are rebuilt: whose death was entered by mistake is a member only at the end."""

    async def run(work: UnitOfWork) -> int:
        if not await deceased_persons.list_due(work, work.now.astimezone(zone).date()):
            return 0
        await follow(work, runtime, "membership")
        return await call_off_visits_of_deceased(work, zone=zone)

    async def next_due(work: UnitOfWork) -> datetime | None:
        return await deceased_persons.next_due(work, zone)

    return Job("call_off_visits_of_deceased", run, due=next_due)

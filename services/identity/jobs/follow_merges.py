"""Moves the records of merged entries to those in use, one merge after the other.

One that cannot be followed, as where a file is damaged, is left, logged and tried again later: it must not keep the others waiting.
"""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from libs.observe.logs import logger, traceback_lines
from libs.sealing import PersonSealer
from services.identity.commands.follow_merge import follow_merge
from services.identity.storage import person_merges

LOG = logger("merges")


def follow_merges_job(sealer: PersonSealer, zone: ZoneInfo) -> Job:
    """`zone` decides when a relationship's first day begins."""

    async def run(work: UnitOfWork) -> int:
        """Returns 1, or 0 if none is left, or none that can be followed now: each has a transaction of its own."""
        for other in await person_merges.list_to_follow(work):
            reports = len(work.security_events)
            try:
                async with work.savepoint():
                    if await follow_merge(work, other, sealer, zone):
                        return 1
            except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
                LOG.error("merge_not_followed", person=str(other), error=type(error).__name__, where=traceback_lines(error))
                # What was rolled back is not reported either.
                del work.security_events[reports:]
                await person_merges.set_tried(work, other)
        return 0

    return Job("follow_merges", run, person_merges.next_to_follow)

"""Runs a service's jobs: every one once a second or so, each in its own work, as `job:<name>`."""

import asyncio
from collections.abc import Sequence

from libs import callers
from libs.clock import Clock
from libs.database import answers
from libs.database.engine import Database, Work
from libs.host.component import Job
from libs.observe.logs import logger
from libs.observe.metrics import JOB_FAILURES
from libs.refusals import Refusal

LOG = logger("jobs")


async def forget_answers(work: Work) -> int:
    """Every service has this one: answers to request_ids are kept 30 days."""
    return await answers.forget_old(work, work.now)


FORGET_ANSWERS = Job("forget_answers", forget_answers, every_seconds=3600)


async def run(service: str, jobs: Sequence[Job], database: Database, clock: Clock) -> None:
    """Until cancelled."""
    await asyncio.gather(*(_run(service, job, database, clock) for job in (*jobs, FORGET_ANSWERS)))


async def _run(service: str, job: Job, database: Database, clock: Clock) -> None:
    while True:
        if clock.jumped():
            # A clock that was set, not kept, closes no vote: everything due waits until it is right again or Kith is restarted.
            LOG.error("clock_jumped", service=service, job=job.name, seconds=int(clock.jumped().total_seconds()))
            await asyncio.sleep(max(job.every_seconds, 5.0))
            continue
        try:
            async with database.work(callers.job(job.name), clock.now(), f"job:{job.name}") as work:
                done = await job.run(work)
            if done:
                LOG.info("job_done", service=service, job=job.name, rows=done)
        except Refusal as refusal:
            JOB_FAILURES.labels(service, job.name).inc()
            LOG.warning("job_refused", service=service, job=job.name, reason=refusal.reason)
        except Exception as error:  # noqa: BLE001 - the next round is tried whatever happened in this one
            JOB_FAILURES.labels(service, job.name).inc()
            LOG.error("job_failed", service=service, job=job.name, error=type(error).__name__)
        await asyncio.sleep(job.every_seconds)

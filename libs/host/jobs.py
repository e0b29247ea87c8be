"""Runs a service's jobs, each at its interval, in its own unit of work, as the caller `job:<name>`."""

import asyncio
from collections.abc import Sequence

from libs import callers
from libs.clock import Clock
from libs.database import idempotency_keys
from libs.database.engine import Database, UnitOfWork
from libs.host.component import Job
from libs.observe.logs import logger
from libs.observe.metrics import JOB_FAILURES
from libs.refusals import Refusal

LOG = logger("jobs")


async def forget_idempotency_keys(work: UnitOfWork) -> int:
    """The job that every service has: idempotency keys expire after 30 days."""
    return await idempotency_keys.delete_expired(work, work.now)


FORGET_IDEMPOTENCY_KEYS = Job("forget_answers", forget_idempotency_keys, every_seconds=3600)


async def run_jobs(service: str, jobs: Sequence[Job], database: Database, clock: Clock) -> None:
    """Run all jobs until cancelled."""
    await asyncio.gather(*(_run(service, job, database, clock) for job in (*jobs, FORGET_IDEMPOTENCY_KEYS)))


async def _run(service: str, job: Job, database: Database, clock: Clock) -> None:
    while True:
        if clock.jumped():
            # A clock that was set by hand must close no vote: all jobs wait until it is right again or Kith is restarted.
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
        except Exception as error:  # noqa: BLE001 - the next round runs whatever happened in this one
            JOB_FAILURES.labels(service, job.name).inc()
            LOG.error("job_failed", service=service, job=job.name, error=type(error).__name__)
        await asyncio.sleep(job.every_seconds)

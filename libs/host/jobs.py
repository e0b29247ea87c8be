"""Runs a service's jobs when they are due, each in its own work, as `job:<name>`."""

import asyncio
import time
from collections.abc import Sequence

from libs import callers
from libs.clock import Clock
from libs.database import answers, wakeups
from libs.database.engine import Database, Work
from libs.host.component import Job
from libs.observe.logs import logger
from libs.observe.metrics import JOB_FAILURES
from libs.refusals import Refusal

LOG = logger("jobs")
LEAST_SECONDS = 1.0
"""Between two rounds that events asked for."""
AGAIN_SECONDS = 1.0
"""After a round that failed."""
JUMPED_SECONDS = 5.0


async def forget_answers(work: Work) -> int:
    """Every service has this one: answers to request_ids are kept 30 days."""
    return await answers.forget_old(work, work.now)


FORGET_ANSWERS = Job("forget_answers", forget_answers, every_seconds=3600)


async def run(service: str, jobs: Sequence[Job], database: Database, clock: Clock) -> None:
    """Until cancelled."""
    await asyncio.gather(*(_run(service, job, database, clock) for job in (*jobs, FORGET_ANSWERS)))


async def _run(service: str, job: Job, database: Database, clock: Clock) -> None:
    # A job that is never due but runs in a rhythm need not look at every event.
    with database.wakeups.subscribed(*((wakeups.EVENTS,) if job.due else ())) as woken:
        while True:
            woken.clear()
            began = time.monotonic()
            if clock.jumped():
                # A clock that was set, not kept, closes no vote: everything due waits until it is right again or Kith is restarted.
                LOG.error("clock_jumped", service=service, job=job.name, seconds=int(clock.jumped().total_seconds()))
                await asyncio.sleep(JUMPED_SECONDS)
                continue
            until = time.monotonic() + await _round(service, job, database, clock)
            if await wakeups.wait(woken, until - time.monotonic()):
                # A busy service publishes many events a second; what is due is looked up once for them all.
                await asyncio.sleep(min(began + LEAST_SECONDS, until) - time.monotonic())


async def _round(service: str, job: Job, database: Database, clock: Clock) -> float:
    """Runs the job once and says for how many seconds there is nothing to do."""
    try:
        async with database.work(callers.job(job.name), clock.now(), f"job:{job.name}") as work:
            done = await job.run(work)
            due = await job.due(work) if job.due else None
        if done:
            LOG.info("job_done", service=service, job=job.name, rows=done)
    except Refusal as refusal:
        JOB_FAILURES.labels(service, job.name).inc()
        LOG.warning("job_refused", service=service, job=job.name, reason=refusal.reason)
        return min(AGAIN_SECONDS, job.every_seconds)
    except Exception as error:  # noqa: BLE001 - the next round is tried whatever happened in this one
        JOB_FAILURES.labels(service, job.name).inc()
        LOG.error("job_failed", service=service, job=job.name, error=type(error).__name__)
        return min(AGAIN_SECONDS, job.every_seconds)
    if due is None:
        return job.every_seconds
    left = (due - clock.now()).total_seconds()
    # What is still due after a run that did nothing cannot be done just now.
    return min(left if left > 0 else 0.0 if done else AGAIN_SECONDS, job.every_seconds)

"""Runs a service's jobs when they are due, each in its own unit of work, as the caller `job:<name>`."""

import asyncio
import time
from collections.abc import Sequence

from libs import callers
from libs.clock import Clock
from libs.database import idempotency_keys, wakeups
from libs.database.engine import Database, UnitOfWork
from libs.host.component import Job
from libs.messages.cancellation import raise_if_cancelled
from libs.observe.logs import logger
from libs.observe.metrics import JOB_FAILURES
from libs.refusals import Refusal, Unavailable

LOG = logger("jobs")
MIN_INTERVAL_SECONDS = 1.0
"""Between two runs that events asked for."""
RETRY_SECONDS = 1.0
"""After a run that failed."""
AWAY_SECONDS = 15.0
"""After a run that needs another service that is away."""
DOUBTFUL_CLOCK_SECONDS = 5.0
AT_ONCE = 2
"""How many jobs of a service run at the same time: one event often wakes them all, and people need the database's connections."""


async def forget_idempotency_keys(work: UnitOfWork) -> int:
    """The job that every service has: idempotency keys expire after 30 days."""
    return await idempotency_keys.delete_expired(work, work.now)


FORGET_IDEMPOTENCY_KEYS = Job("forget_answers", forget_idempotency_keys, every_seconds=3600)


async def run_jobs(service: str, jobs: Sequence[Job], database: Database, clock: Clock) -> None:
    """Run all jobs until cancelled."""
    turns = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_run(service, job, database, clock, turns) for job in (*jobs, FORGET_IDEMPOTENCY_KEYS)))


async def _run(service: str, job: Job, database: Database, clock: Clock, turns: asyncio.Semaphore) -> None:
    # A job without `due` runs at its interval, whatever is published.
    with database.wakeups.subscribed(*(job.woken_by if job.due else ())) as woken:
        doubt = ""
        while True:
            raise_if_cancelled()
            before, doubt = doubt, clock.doubt()
            if doubt:
                # A clock that may be wrong must close no vote: all jobs wait until it can be trusted again.
                if doubt != before:
                    LOG.error("clock_in_doubt", service=service, job=job.name, reason=doubt)
                await asyncio.sleep(DOUBTFUL_CLOCK_SECONDS)
                continue
            async with turns:
                woken.clear()
                began = time.monotonic()
                pause = await _run_once(service, job, database, clock)
                until = time.monotonic() + pause
            if await wakeups.wait_for_event(woken, until - time.monotonic()):
                # A busy service publishes many events a second; what is due is looked up once for all of them.
                await asyncio.sleep(min(began + MIN_INTERVAL_SECONDS, until) - time.monotonic())


async def _run_once(service: str, job: Job, database: Database, clock: Clock) -> float:
    """Runs the job; returns for how many seconds it has nothing to do."""
    began = clock.now()
    try:
        async with database.work(callers.job(job.name), began, f"job:{job.name}") as work:
            done = await job.run(work)
            due = await job.due(work) if job.due else None
        if done:
            LOG.info("job_done", service=service, job=job.name, rows=done)
    except Unavailable as refusal:
        LOG.info("job_waits", service=service, job=job.name, reason=refusal.reason)
        return min(AWAY_SECONDS, job.every_seconds)
    except Refusal as refusal:
        JOB_FAILURES.labels(service, job.name).inc()
        LOG.warning("job_refused", service=service, job=job.name, reason=refusal.reason)
        return min(RETRY_SECONDS, job.every_seconds)
    except Exception as error:  # noqa: BLE001 - the next round runs whatever happened in this one
        JOB_FAILURES.labels(service, job.name).inc()
        LOG.error("job_failed", service=service, job=job.name, error=type(error).__name__)
        return min(RETRY_SECONDS, job.every_seconds)
    if due is None:
        return job.every_seconds
    left = (due - clock.now()).total_seconds()
    # What was due when a run began that did nothing cannot be done just now; what became due meanwhile can.
    is_next = bool(done) or due > began
    return min(left if left > 0 else 0.0 if is_next else RETRY_SECONDS, job.every_seconds)

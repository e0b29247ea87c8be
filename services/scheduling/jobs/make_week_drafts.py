"""Makes drafts of weeks, one after the other, in a process apart. Runs in the leading process only.

Whatever ends in the middle (this process, the machine) leaves the draft in the making. It is made again from its record, with the same
plan.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from libs import callers
from libs.database.engine import DATABASE_ERRORS
from libs.database.wakeups import wait_for_event
from libs.host.caught_up import follow
from libs.host.component import Runtime
from libs.host.worker_process import WorkerFailedError, worker_process
from libs.observe.logs import logger
from libs.refusals import Unavailable
from services.scheduling.commands.fail_week_draft import fail_week_draft
from services.scheduling.commands.finish_week_draft import MadePlan, finish_week_draft, read_plan
from services.scheduling.commands.prepare_week_draft import DraftSettings, PreparedDraft, prepare_week_draft
from services.scheduling.storage import week_drafts

LOG = logger("week_drafts")
_MODULE = "services.scheduling.engine.week_process"
_NAME = "make_week_drafts"
_LOOK_SECONDS = 60.0
_RETRY_SECONDS = 5.0


def week_draft_maker(runtime: Runtime, settings: DraftSettings) -> Callable[[], Awaitable[None]]:
    """The task: it sleeps until somebody wants a draft."""

    async def run() -> None:
        with runtime.database.wakeups.subscribed(week_drafts.TOPIC) as woken:
            while True:
                woken.clear()
                try:
                    made = await make_next_draft(runtime, settings)
                except (*DATABASE_ERRORS, Unavailable) as error:
                    LOG.warning("week_draft_waits", error=type(error).__name__)
                    await wait_for_event(woken, _RETRY_SECONDS)
                    continue
                if not made:
                    await wait_for_event(woken, _LOOK_SECONDS)

    return run


async def make_next_draft(runtime: Runtime, settings: DraftSettings) -> bool:
    """Whether there was one."""
    database, now, caller = runtime.database, runtime.clock.now, callers.job(_NAME)
    async with database.work(caller, now(), f"job:{_NAME}") as work:
        draft = await week_drafts.find_oldest_in_the_making(work)
        if draft is None:
            return False
        await follow(work, runtime, "identity", "governance")
        prepared = await prepare_week_draft(work, draft, settings)
    if prepared is None:
        return True
    try:
        plan = await _plan(runtime, draft, prepared)
    except WorkerFailedError as error:
        LOG.error("week_draft_failed", draft=str(draft), error=str(error))
        async with database.work(caller, now(), f"job:{_NAME}") as work:
            await fail_week_draft(work, draft)
        return True
    if plan is not None:
        async with database.work(caller, now(), f"job:{_NAME}") as work:
            await finish_week_draft(work, draft, plan, zone=settings.zone)
    return True


async def _plan(runtime: Runtime, draft: UUID, prepared: PreparedDraft) -> MadePlan | None:
    """None when it is no longer wanted."""
    async with worker_process(_MODULE, prepared.record) as process:
        if prepared.stop_asked:
            await process.tell("stop")
        async for message in process.messages():
            if "plan" in message:
                return read_plan(message)
            async with runtime.database.work(callers.job(_NAME), runtime.clock.now(), f"job:{_NAME}") as work:
                stop_asked = await week_drafts.report_progress(work, draft, int(message["done"]))
            if stop_asked is None:
                return None
            if stop_asked:
                await process.tell("stop")
    raise WorkerFailedError("no plan")

"""What the planner says while a draft is only about to be made holds: one that was thrown away stays so, one that was stopped ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs.database.engine import UnitOfWork, new_id
from libs.host.caught_up import follow
from libs.host.component import Runtime
from services.scheduling.commands.prepare_week_draft import DraftSettings
from services.scheduling.jobs import make_week_drafts
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.week_draft_people import WeekDrafts, proposed

ONE_CHUNK = 20_000
"""Steps after which the search asks for the first time whether it is to go on."""


class HeldJob:
    """Holds the job that makes drafts where it has found one and waits for other services' events."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found, self.go_on, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        make_next_draft = make_week_drafts.make_next_draft

        async def held(work: UnitOfWork, runtime: Runtime, *sources: str) -> None:
            self.found.set()
            await self.go_on.wait()
            await follow(work, runtime, *sources)

        async def followed(runtime: Runtime, settings: DraftSettings) -> bool:
            made = await make_next_draft(runtime, settings)
            if made:
                self.ended.set()
            return made

        monkeypatch.setattr(make_week_drafts, "follow", held)
        monkeypatch.setattr(make_week_drafts, "make_next_draft", followed)


@asynccontextmanager
async def a_draft_about_to_be_made(
    infrastructure: Infrastructure, job: HeldJob, iterations: int
) -> AsyncIterator[tuple[VisitPeople, WeekDrafts, UUID, str]]:
    """The draft is Ada's: of one visit, to which Wren could come."""
    ada, wren = new_id(), new_id()
    async with visit_people(infrastructure, draft_iterations=iterations) as people:
        drafts = WeekDrafts(people)
        await people.form_team(ada, worker=[wren])
        await drafts.visit(ada, 0)
        await drafts.say_yes(wren)
        draft = await drafts.start(ada)
        async with asyncio.timeout(60):
            await job.found.wait()
        yield people, drafts, ada, draft


@pytest.mark.capability("S1")
async def test_a_draft_thrown_away_before_it_is_begun_is_never_made(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = HeldJob(monkeypatch)
    async with a_draft_about_to_be_made(infrastructure, job, iterations=400) as (people, drafts, ada, draft):
        await drafts.drop(draft, ada)
        job.go_on.set()
        async with asyncio.timeout(60):
            await job.ended.wait()
        assert (await drafts.get(draft, ada)).draft.state == pb.WEEK_DRAFT_STATE_DROPPED
        assert await people.co_op.all_rows("scheduling", "week_draft_record") == [], "nothing was gathered for it"
        again = await drafts.draft_of(ada)
        assert (await drafts.get(again, ada)).draft.state == pb.WEEK_DRAFT_STATE_DRAFT, "another one of the same week is made"


@pytest.mark.capability("S1")
async def test_a_draft_stopped_before_it_is_begun_ends_at_once_with_its_first_plan(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = HeldJob(monkeypatch)
    async with a_draft_about_to_be_made(infrastructure, job, iterations=50_000_000) as (_, drafts, ada, draft):
        await drafts.stop(draft, ada)
        job.go_on.set()
        made = await drafts.made(draft, ada)
        assert (made.draft.state, made.draft.stop_asked) == (pb.WEEK_DRAFT_STATE_DRAFT, True)
        assert made.draft.done <= ONE_CHUNK, "the search was told before it began"
        assert [set(places.values()) for places in proposed(made).values()] == [{"new"}], "the best so far is a whole plan"

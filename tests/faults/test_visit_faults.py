"""SIGKILL in the middle of an alert, of a phone's sending and of publishing a draft: all of it or nothing, and once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visit_records_pb2 as records_pb
from kith.scheduling.v1 import watch_pb2
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.service.conftest import infrastructure as infrastructure  # noqa: PLC0414 - the fixture, under its name
from tests.support.killable_process import KillableProcess, held_up, kill
from tests.support.running_co_op import Infrastructure, co_op_as, event_publisher
from tests.support.visit_people import VisitPeople
from tests.support.waiting import wait_until
from tests.support.watch_people import WatchPeople
from tests.support.week_draft_people import WeekDrafts, parts

TOLD = watch_pb2.ALERT_STEP_KIND_TOLD


@asynccontextmanager
async def killable_people(infrastructure: Infrastructure) -> AsyncIterator[VisitPeople]:
    """A co-op with scheduling alone, in a process of its own."""
    async with (
        co_op_as(KillableProcess, infrastructure, "scheduling", scheduling={"draft_iterations": 400}) as co_op,
        event_publisher(co_op, "identity") as identity,
        event_publisher(co_op, "matching") as matching,
        event_publisher(co_op, "governance") as governance,
    ):
        yield VisitPeople(co_op, identity, matching, governance)


async def kill_in_the_middle(people: VisitPeople, table: str, when: str, act: Callable[[], Awaitable[object]]) -> None:
    """Kills scheduling while what is done waits just before it does this with the table."""
    async with held_up(people.co_op, "scheduling", table, when) as is_held_up:
        acting = asyncio.ensure_future(act())
        await wait_until(is_held_up, f"{when} of {table} waits")
        await kill(people.co_op)
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)


async def count(people: VisitPeople, kind: type[facts.VisitRecorded | facts.WeekDraftPublished | facts.VisitTaken]) -> int:
    return sum(isinstance(event, kind) for event in await people.co_op.published_events("scheduling"))


@pytest.mark.capability("S1", "S4", "L6", "L7", "X3")
async def test_a_kill_amid_publishing_an_alert_or_a_sending_leaves_nothing_half_done_and_nothing_twice(
    infrastructure: Infrastructure,
) -> None:
    ada, wren = new_id(), new_id()
    async with killable_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren])
        await publish_a_draft(people, ada, wren)
        watch = WatchPeople(people)
        visit = await watch.records.visit(ada, wren, ahead=1)
        await tell_of_a_late_visit(people, watch, visit, ada, wren)
        await send_from_a_phone(people, watch, visit, ada, wren)


async def publish_a_draft(people: VisitPeople, ada: UUID, wren: UUID) -> None:
    """Two visits, and a kill once the places of both are written."""
    drafts = WeekDrafts(people)
    visits = [await drafts.visit(ada, weekday, hour=9) for weekday in (2, 3)]
    await drafts.say_yes(wren)
    draft = await drafts.draft_of(ada)
    await drafts.send(draft, ada)
    for visit in visits:
        await drafts.answer(draft, visit, wren)
    await people.co_op.wait_until_numbered("scheduling")
    before = [await people.co_op.all_rows("scheduling", table) for table in ("visit_place", "week_draft", "outbox")]
    once = str(new_id())
    for table in ("week_draft", "answer"):
        await kill_in_the_middle(people, table, "update", lambda: drafts.publish(draft, ada, *visits, request_id=once))
        assert [await people.co_op.all_rows("scheduling", name) for name in ("visit_place", "week_draft", "outbox")] == before
        await people.co_op.process.start()
    for _ in range(2):
        await drafts.publish(draft, ada, *visits, request_id=once)
    assert set(parts(await drafts.get(draft, ada)).values()) == {"published"}
    assert (await count(people, facts.WeekDraftPublished), await count(people, facts.VisitTaken)) == (1, 2)


async def tell_of_a_late_visit(people: VisitPeople, watch: WatchPeople, visit: str, ada: UUID, wren: UUID) -> None:
    """Kills when it becomes late, when the step is written, when the notice is, and right after."""
    secretary, first, second = (new_id() for _ in range(3))
    await watch.give_hat(secretary)
    await watch.hold(secretary, first, second)
    await watch.set_watched(ada, ada, visit=visit)
    await kill_in_the_middle(people, "watch_alert", "insert", lambda: watch.records.go_after(visit, ada, 16))
    for table in ("watch_step", "outbox"):
        await kill_in_the_middle(people, table, "insert", people.co_op.process.start)
        assert await people.co_op.all_rows("scheduling", "watch_step") == []
        assert await watch.notices("watch_late") == []
    await people.co_op.process.start()
    await watch.wait_for_notices(("watch_late", first))
    assert await watch.notices("visit_on_way_asked") == [("visit_on_way_asked", [str(wren)])]
    await kill(people.co_op)
    await people.co_op.process.start()
    await watch.records.go_after(visit, ada, 27)
    await watch.wait_for_notices(("watch_late", first), ("watch_late", second))
    [alert] = (await watch.of_visit(visit, ada)).alerts
    assert [(step.kind, step.who_id) for step in alert.steps] == [(TOLD, str(first)), (TOLD, str(second))], "the record is complete"


async def send_from_a_phone(people: VisitPeople, watch: WatchPeople, visit: str, ada: UUID, wren: UUID) -> None:
    """What the worker wrote down without signal arrives once, and ends the alert."""
    day = (await people.get(visit, wren)).visit.starts_at.ToDatetime().date().isoformat()
    await watch.records.go_after(visit, ada, 120)
    request = records_pb.SendVisitRequest(request_id=str(new_id()), visit_id=visit, note="Lunch")
    request.starts.CopyFrom(records_pb.LocalMoment(day=day, minute=12 * 60))
    request.ends.CopyFrom(records_pb.LocalMoment(day=day, minute=13 * 60))

    async def send() -> int:
        return int((await call_service(watch.records.stub.SendVisit, request, people.token(wren))).version)

    for table, when in (("visit_record_entry", "insert"), ("answer", "update")):
        await kill_in_the_middle(people, table, when, send)
        assert await people.co_op.all_rows("scheduling", "visit_record_entry") == []
        await people.co_op.process.start()
    assert [await send(), await send()] == [1, 1], "the same request, and once more"
    assert len((await watch.records.get_one(visit, ada)).entries) == await count(people, facts.VisitRecorded) == 1
    [alert] = (await watch.of_visit(visit, ada)).alerts
    assert alert.state == watch_pb2.ALERT_STATE_OVER

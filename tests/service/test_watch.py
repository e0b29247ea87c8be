"""Visits that do not start and workers who are alone: who holds the watch is told once, inside the set minutes, then the next."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HatGiven, PersonErased, PersonsMerged
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import watch_pb2 as pb
from kith.status.v1.status_pb2 import GetStatusRequest
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from services.scheduling.commands.raise_alerts import raise_alerts
from services.scheduling.commands.tell_watch import tell_watch
from services.scheduling.storage import watch_choices
from tests.support.disposable_nats import PASSWORD, USER, DisposableNats, disposable_nats
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.waiting import wait_until
from tests.support.watch_people import SECRETARY, WatchPeople

TOLD, TOLD_SECRETARY = pb.ALERT_STEP_KIND_TOLD, pb.ALERT_STEP_KIND_TOLD_SECRETARY


def steps_of(alert: pb.Alert) -> list[tuple["pb.AlertStepKind.ValueType", str]]:
    return [(step.kind, step.who_id) for step in alert.steps]


@pytest.mark.capability("L7")
async def test_a_late_start_is_told_once_then_to_the_next_until_somebody_has_it(infrastructure: Infrastructure) -> None:
    ada, wren, secretary, first, second = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        watch = WatchPeople(people)
        await people.form_team(ada, worker=[wren])
        await watch.give_hat(secretary)
        await watch.hold(secretary, first, second)
        visit, other = await watch.records.visit(ada, wren), await watch.records.visit(ada, wren, ahead=3)
        await watch.set_watched(ada, ada)
        await watch.set_watched(ada, ada, watched=False, visit=other)
        assert (await watch.of_visit(visit, wren)).watched
        assert not (await watch.of_visit(other, wren)).watched

        await watch.records.go_after(visit, ada, 14)
        assert await watch.notices("watch_late") == []
        await watch.records.go_after(visit, ada, 16)
        await watch.wait_for_notices(("watch_late", first))
        assert await watch.notices("visit_on_way_asked") == [("visit_on_way_asked", [str(wren)])]
        [alert] = await watch.open_alerts(second)
        starts = alert.starts_at.ToDatetime()
        assert 15 * 60 <= (alert.steps[0].at.ToDatetime() - starts).total_seconds() <= 17 * 60
        with pytest.raises(NotAllowed, match="WATCH_NEEDED"):
            await watch.open_alerts(new_id())
        with pytest.raises(NotAllowed, match="WATCH_NEEDED"):
            await watch.take(alert.alert_id, wren)

        await people.co_op.restart()
        watch.connect()
        await watch.records.go_after(visit, ada, 27)
        await watch.wait_for_notices(("watch_late", first), ("watch_late", second))
        await watch.take(alert.alert_id, second)
        with pytest.raises(AlreadyExists, match="ALERT_TAKEN"):
            await watch.take(alert.alert_id, first)
        await watch.records.go_after(visit, ada, 50)
        assert len(await watch.notices("watch_late")) == 2

        [seen] = (await watch.of_visit(visit, ada)).alerts
        reads = [row for row in await people.co_op.all_rows("scheduling", "read_audit") if "watch alert" in row]
        assert any("view" in row and wren in row for row in reads), "the worker reads who looked"
        assert steps_of(seen) == [(TOLD, str(first)), (TOLD, str(second)), (pb.ALERT_STEP_KIND_TAKEN, str(second))]
        with pytest.raises(Invalid, match="SORTED_WORDS_MISSING"):
            await watch.sort(alert.alert_id, second, "  ")
        await watch.sort(alert.alert_id, second, "Her sister is there")
        assert await watch.open_alerts(first) == []
        [sorted_alert] = (await watch.of_visit(visit, wren)).alerts
        assert (sorted_alert.state, sorted_alert.steps[-1].words) == (pb.ALERT_STATE_OVER, "Her sister is there")
        assert await watch.notices("watch_answered") == [("watch_answered", [str(first)])]


@pytest.mark.capability("L7")
async def test_the_worker_answers_the_alert_and_the_person_is_told(infrastructure: Infrastructure) -> None:
    ada, wren, fern, secretary, first = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        watch = WatchPeople(people)
        await people.form_team(ada, worker=[wren, fern])
        await watch.give_hat(secretary)
        await watch.hold(secretary, first)
        visit, unwatched = await watch.records.visit(ada, wren), await watch.records.visit(ada, wren, ahead=3)
        await watch.set_watched(ada, ada, visit=visit)
        with pytest.raises(FailedPrecondition, match="ON_WAY_TOO_EARLY"):
            await watch.on_way(visit, wren, 10)
        await watch.records.go_after(visit, ada, 16)
        await watch.wait_for_notices(("watch_late", first))
        await watch.on_way(visit, wren, 20)
        assert await watch.notices("watch_answered") == [("watch_answered", [str(first)])]
        await watch.wait_for_notices(("visit_comes_late", ada))
        assert await watch.open_alerts(first) == []
        await watch.records.go_after(visit, ada, 50)
        assert len(await watch.notices("watch_late")) == 1
        await watch.records.go_after(visit, ada, 55)
        await watch.wait_for_notices(("watch_late", first), ("watch_late", first))
        assert len(await watch.open_alerts(first)) == 1, "a new round began, as they did not come then either"
        await watch.records.start(visit, wren)
        assert await watch.open_alerts(first) == []
        [alert] = (await watch.of_visit(visit, ada)).alerts
        assert [step.kind for step in alert.steps] == [TOLD, pb.ALERT_STEP_KIND_ON_WAY, TOLD, pb.ALERT_STEP_KIND_STARTED]
        with pytest.raises(FailedPrecondition, match="RECORD_BEGUN"):
            await watch.on_way(visit, wren, 10)

        await watch.records.go_after(unwatched, ada, -30)
        await watch.set_watched(ada, ada, visit=unwatched)
        await watch.on_way(unwatched, wren, 100)
        await watch.set_watched(ada, ada, visit=unwatched, watched=False)
        await watch.records.go_after(unwatched, ada, 180)
        assert len(await watch.notices("watch_late", "watch_missed")) == 2, "it is watched over no more"
        await wait_until(lambda: _is_over(watch, unwatched, ada), "the alert is called off")

        moved = await watch.records.visit(ada, wren, ahead=1)
        await watch.set_watched(ada, ada, visit=moved)
        await watch.records.go_after(moved, ada, -60)
        await watch.on_way(moved, wren, 80)
        await people.move(moved, ada, people.at(1), (await people.get(moved, ada)).visit.version)
        await people.take(moved, wren, (await people.get(moved, ada)).visit.version)
        await watch.records.go_after(moved, ada, -600)
        assert len(await watch.notices("watch_late", "watch_missed")) == 2, "what was said of another time counts no more"
        await watch.records.go_after(moved, ada, 16)
        await watch.wait_for_notices(*[("watch_late", first)] * 3)
        # Else the next in line would be told, unless the alert is over before: a day passes at once here.
        await watch.records.start(moved, wren)

        two = await _one_starts_and_one_will_be_late(watch, ada, wren, fern)
        await watch.records.go_after(two, ada, 84)
        assert len(await watch.notices("watch_late", "watch_missed")) == 3, "they are waited for, also after the end"
        await watch.records.go_after(two, ada, 86)
        await watch.wait_for_notices(*[("watch_late", first)] * 4)


async def told_of(people: VisitPeople, secretary: UUID, hat: str) -> int:
    waiting = await call_service(people.stub.GetWaiting, visits.GetWaitingRequest(), people.co_op.token(secretary, hat=hat))
    return int(waiting.alerts_told)


async def who_came(people: VisitPeople, person: UUID) -> list[tuple[str, int]]:
    request = visits.GetContinuityRequest(person_id=str(person))
    found = await call_service(people.stub.GetContinuity, request, people.token(person))
    return [(worker.worker_id, worker.visits) for worker in found.workers]


@pytest.mark.capability("L7")
async def test_a_visit_that_nobody_started_is_missed_and_stays_so(infrastructure: Infrastructure) -> None:
    """Also where the co-op was down, and did not see that it was late: then it is told at once, and the page says from when until when."""
    ada, wren, secretary, first, outsider = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        watch = WatchPeople(people)
        await people.form_team(ada, worker=[wren], friend=[outsider])
        await watch.give_hat(secretary)
        [duty] = await watch.hold(secretary, first)
        visit, empty = await watch.records.visit(ada, wren), await people.propose(ada, ada, people.at(2, 15))
        await watch.set_watched(ada, ada)
        await watch.records.go_after(visit, ada, 75)
        await watch.wait_for_notices(("watch_missed", first))
        assert await watch.notices("watch_late") == []
        found = await watch.of_visit(visit, ada)
        [gap] = found.gaps
        starts = found.alerts[0].starts_at.ToDatetime()
        assert gap.begins_at.ToDatetime() < starts < gap.ends_at.ToDatetime()
        assert (await watch.of_visit(visit, outsider)).alerts == [], "it is in the record, which the rest of the team does not read"
        await watch.hand_back(duty, first)
        await watch.wait_for_notices(("watch_missed", first), ("watch_missed", secretary))
        [alert] = await watch.open_alerts(secretary, SECRETARY)
        assert [await told_of(people, secretary, hat) for hat in (SECRETARY, "")] == [1, 0], "it waits for the secretary who was told"
        await watch.sort(alert.alert_id, secretary, "Wren was ill, Ada is well", SECRETARY)
        assert await told_of(people, secretary, SECRETARY) == 0
        assert await who_came(people, ada) == [], "it is known that Wren did not come"
        await watch.records.write(visit, wren, watch.records.at(12), watch.records.at(13))
        assert await who_came(people, ada) == [(str(wren), 1)], "they came after all, and had forgotten to say so"
        [seen] = (await watch.of_visit(visit, wren)).alerts
        assert seen.HasField("missed_at")

        await watch.records.go_after(empty, ada, 20)
        await watch.wait_for_notices(("watch_late", secretary))
        await watch.records.go_after(empty, ada, 65)
        await watch.wait_for_notices(("watch_missed", first), ("watch_missed", secretary), ("watch_missed", secretary))
        [of_nobody] = (await watch.of_visit(empty, ada)).alerts
        assert (of_nobody.worker_id, of_nobody.HasField("missed_at")) == ("", True)
        rows = await people.co_op.all_rows("scheduling", "watch_step")
        with pytest.raises(Exception, match="permission denied"):
            async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
                await connection.execute("update watch_step set at = at - interval '1 hour'")
        async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
            await connection.execute("delete from watch_step")
        assert await people.co_op.all_rows("scheduling", "watch_step") == rows


@pytest.mark.capability("L7")
async def test_who_is_stopped_in_the_middle_tells_once_and_a_hat_of_yesterday_is_not_waited_for(infrastructure: Infrastructure) -> None:
    """The hat is taken away while NATS is down, and the visit is late in that time."""
    ada, wren, one, two = (new_id() for _ in range(4))
    async with disposable_nats() as nats, visit_people(_with(infrastructure, nats)) as people:
        watch = WatchPeople(people)
        await people.form_team(ada, worker=[wren])
        await watch.give_hat(one, two)
        visit = await watch.records.visit(ada, wren)
        await watch.set_watched(ada, ada)
        assert not (await watch.watch(ada)).held_now
        await wait_until(lambda: _is_said(people, "WATCH_NOT_HELD"), "the health status says that nobody holds the watch")
        starts = (await people.get(visit, ada)).visit.starts_at.ToDatetime(people.co_op.now().tzinfo)
        database = Database(people.co_op.databases["scheduling"].run_url)
        try:
            with pytest.raises(KeyboardInterrupt):
                async with database.work(callers.job("tests"), starts + timedelta(minutes=16), "tests") as work:
                    assert (await raise_alerts(work), await tell_watch(work)) == (1, 1)
                    raise KeyboardInterrupt
            with pytest.raises(KeyboardInterrupt):
                async with database.work(callers.job("tests"), starts + timedelta(days=3), "tests") as work:
                    assert not await watch_choices.is_any_watched(work), "no visit is to come"
                    assert (await tell_watch(work), await raise_alerts(work)) == (0, 1), "after days in which Kith was down"
                    raise KeyboardInterrupt
        finally:
            await database.close()
        assert await people.co_op.all_rows("scheduling", "watch_step") == []
        assert await watch.notices("watch_late", "visit_on_way_asked") == []

        await nats.stop()
        await watch.take_hat(one)
        await watch.records.go_after(visit, ada, 16)
        await wait_until(lambda: _is_open(watch, visit, ada), "it stands on the pages, also while nobody can be told")
        assert await watch.notices("watch_late") == []
        await nats.start()
        await watch.wait_for_notices(("watch_late", two))
        [alert] = (await watch.of_visit(visit, ada)).alerts
        assert steps_of(alert) == [(TOLD_SECRETARY, str(two))]

        # An event that cannot be taken in stops all later ones, for days perhaps: that silences nobody.
        await people.identity.publish((HatGiven(person_id="nobody", hat=SECRETARY), "nobody"))
        await wait_until(lambda: _is_said(people, "REACTION_FAILS_IDENTITY"), "identity's events are stopped")
        second = await watch.records.visit(ada, wren, ahead=1)
        await watch.records.go_after(second, ada, 16)
        await watch.wait_for_notices(("watch_late", two), ("watch_late", two))


def _with(infrastructure: Infrastructure, nats: DisposableNats) -> Infrastructure:
    servers = replace(infrastructure.servers, nats_url=nats.url, nats_user=USER, nats_password=PASSWORD)
    return replace(infrastructure, servers=servers)


async def _is_said(people: VisitPeople, reason: str) -> bool:
    status = people.co_op.stub_at("scheduling", StatusServiceStub)
    return reason in (await call_service(status.GetStatus, GetStatusRequest())).reasons


async def _one_starts_and_one_will_be_late(watch: WatchPeople, person: UUID, in_time: UUID, late: UUID) -> str:
    """A visit for two: the second says half an hour before it that they come ten minutes after its end; then it is watched over."""
    visit = await watch.records.visit(person, in_time, late, ahead=1)
    await watch.records.go_after(visit, person, -30)
    await watch.on_way(visit, late, 100)
    await watch.set_watched(person, person, visit=visit)
    await watch.records.go_after(visit, person, 0)
    await watch.records.start(visit, in_time)
    return visit


async def _is_over(watch: WatchPeople, visit: str, by: UUID) -> bool:
    return [alert.state for alert in (await watch.of_visit(visit, by)).alerts] == [pb.ALERT_STATE_OVER]


async def _is_open(watch: WatchPeople, visit: str, by: UUID) -> bool:
    return [alert.state for alert in (await watch.of_visit(visit, by)).alerts] == [pb.ALERT_STATE_OPEN]


@pytest.mark.capability("L7")
async def test_a_worker_who_is_alone_is_asked_after(infrastructure: Infrastructure) -> None:
    ada, wren, fern, son, secretary, first = (new_id() for _ in range(6))
    async with visit_people(infrastructure) as people:
        watch = WatchPeople(people)
        await people.form_team(ada, worker=[wren, fern])
        await people.let_act(son, ada)
        await watch.give_hat(ada, secretary)
        await watch.hold(secretary, ada, son, wren, first)
        visit = await watch.records.visit(ada, wren)
        await watch.records.go_after(visit, ada, 0)
        await watch.start_alone(visit, wren)
        with pytest.raises(NotAllowed, match="WATCH_NEEDED"):
            await watch.open_alerts(fern)
        await watch.records.go_after(visit, ada, 74)
        assert await watch.open_alerts(first) == []
        await watch.records.go_after(visit, ada, 76)
        await watch.wait_for_notices(("watch_lone", first))
        assert await watch.notices("visit_safe_asked") == [("visit_safe_asked", [str(wren)])]
        [alert] = await watch.open_alerts(first)
        assert (alert.kind, alert.worker_id, alert.person_id) == (pb.ALERT_KIND_LONE, str(wren), str(ada))
        assert list((await watch.of_visit(visit, ada)).alerts) == [], "it may be about the one they are with"
        for close, hat in ((ada, SECRETARY), (son, "")):
            assert await watch.open_alerts(close, hat) == [], "also while they hold the watch"
            with pytest.raises(NotFound, match="ALERT_UNKNOWN"):
                await watch.sort(alert.alert_id, close, "All is well", hat)
        with pytest.raises(NotAllowed, match="ALERT_ABOUT_YOU"):
            await watch.take(alert.alert_id, wren)
        assert len(await watch.open_alerts(secretary, SECRETARY)) == 1
        reads = [row for row in await people.co_op.all_rows("scheduling", "read_audit") if "watch alert" in row]
        assert any(wren in row for row in reads)
        assert not any(ada in row for row in reads), "a read would tell the person that there is one"
        await watch.safe(visit, wren)
        assert await watch.open_alerts(first) == []
        with pytest.raises(FailedPrecondition, match="NOBODY_WAITS"):
            await watch.safe(visit, wren)

        adopted = RulebookAdopted()
        adopted.watch.late_after_minutes = adopted.watch.next_after_minutes = adopted.watch.lone_after_minutes = 30
        adopted.watch.lone_always = True
        await people.governance.publish((adopted, str(new_id())))
        await people.co_op.wait_until_consumed("scheduling", "governance")
        always = await watch.records.visit(ada, fern)
        await watch.records.go_after(always, ada, 0)
        await watch.records.start(always, fern)
        await watch.records.go_after(always, ada, 91)
        await watch.wait_for_notices(("watch_lone", first), ("watch_lone", wren))
        [record] = (await watch.records.get(always, fern)).records
        await watch.records.write(always, fern, record=record.record_id, version=record.version)
        assert await watch.open_alerts(first) == []


@pytest.mark.capability("L7", "I1")
async def test_the_watch_follows_merges_and_erasure(infrastructure: Infrastructure) -> None:
    ada, wren, secretary, kept, other, third = (new_id() for _ in range(6))
    async with visit_people(infrastructure) as people:
        watch = WatchPeople(people)
        await people.form_team(ada, worker=[wren])
        await watch.give_hat(secretary)
        await watch.hold(secretary, kept, other, third)
        visit = await watch.records.visit(ada, wren)
        await watch.set_watched(ada, ada)
        await watch.records.go_after(visit, ada, 16)
        await watch.wait_for_notices(("watch_late", kept))
        await watch.records.go_after(visit, ada, 28)
        so_far = [("watch_late", kept), ("watch_late", other)]
        await watch.wait_for_notices(*so_far)
        for minutes, told in ((40, third), (52, secretary)):
            await watch.records.go_after(visit, ada, minutes)
            so_far.append(("watch_late", told))
            await watch.wait_for_notices(*so_far)
        await merge(people, kept, other)
        await merge(people, third, secretary)
        [alert] = await watch.open_alerts(kept)
        assert steps_of(alert) == [(TOLD, str(kept)), (TOLD, str(third))], "each once, also who was told as a secretary too"
        assert [duty.holder_id for duty in (await watch.watch(ada)).duties] == [str(kept), str(kept), str(third)]
        await watch.take(alert.alert_id, kept)

        await erase(people, kept)
        await watch.wait_for_notices(*so_far, ("watch_late", third))
        [alert] = await watch.open_alerts(third)
        assert alert.state == pb.ALERT_STATE_OPEN
        await erase(people, ada)
        for table in ("watch_alert", "watch_step", "watch_choice"):
            assert await people.co_op.all_rows("scheduling", table) == [], table


async def merge(people: VisitPeople, kept: UUID, other: UUID) -> None:
    await people.identity.publish((PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)), str(kept)))
    await people.co_op.wait_until_consumed("scheduling", "identity")


async def erase(people: VisitPeople, person: UUID) -> None:
    await people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(person)]), str(person)))
    await people.co_op.wait_until_consumed("scheduling", "identity")

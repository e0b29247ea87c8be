"""Workers in control of their week: away, who could come, and that a week is right."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from libs import callers
from libs.database.engine import Database, new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from services.scheduling.jobs import forget_past_weeks
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import BEFORE_A_VISIT, VisitPeople, visit_people
from tests.support.worker_weeks import WorkerWeeks


async def notices(people: VisitPeople) -> list[tuple[str, set[UUID]]]:
    events = await people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


@pytest.mark.capability("S1")
async def test_who_is_away_gives_back_at_once_and_each_person_hears_once(infrastructure: Infrastructure) -> None:
    ada, mo, wren = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        for owner in (ada, mo):
            await people.form_team(owner, worker=[wren])
        before, first, second = [await people.propose(ada, ada, people.at(ahead)) for ahead in (1, 2, 4)]
        at_mos, after = await people.propose(mo, mo, people.at(3)), await people.propose(mo, mo, people.at(6))
        for visit in (before, first, second, at_mos, after):
            await people.take(visit, wren)
        said = await weeks.say_away(wren, people.day(2), people.day(5))
        assert said.given_back == 3
        assert [visit.visit_id for visit in await people.list_visits(wren, wren, giving=True)] == [before, after]
        assert set(await people.list_open(wren)) == {first, second, at_mos}
        assert (await notices(people))[-2:] == [("visits_given_back", {ada}), ("visit_given_back", {mo})]
        given_back = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.VisitGivenBack)]
        assert [(event.visit_id, event.why) for event in given_back] == [(first, "away"), (at_mos, "away"), (second, "away")]
        with pytest.raises(FailedPrecondition, match="WORKER_AWAY"):
            await people.take(first, wren)
        with pytest.raises(NotFound, match="AWAY_UNKNOWN"):
            await weeks.end_away(said.away_id, ada)
        await weeks.end_away(said.away_id, wren)
        await people.take(first, wren)
        assert await people.co_op.all_rows("scheduling", "away") == [], "nothing stays of it"


@pytest.mark.capability("S1")
async def test_from_now_on_without_an_end_until_they_say_that_they_are_back(infrastructure: Infrastructure) -> None:
    ada, wren = (new_id() for _ in range(2))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren])
        visits = [await people.propose(ada, ada, people.at(ahead)) for ahead in (1, 300)]
        for visit in visits:
            await people.take(visit, wren)
        said = await weeks.say_away(wren)
        assert (said.given_back, await weeks.list_away(wren), await weeks.list_away(ada)) == (2, [said.away_id], [])
        for visit in visits:
            with pytest.raises(FailedPrecondition, match="WORKER_AWAY"):
                await people.take(visit, wren)
        for first, last, reason in (
            (people.day(-1), None, "AWAY_PAST"),
            (people.day(3), people.day(2), "AWAY_ENDS_BEFORE"),
            (people.day(400), None, "VISIT_TOO_FAR"),
        ):
            with pytest.raises(Invalid, match=reason):
                await weeks.say_away(wren, first, last)


@pytest.mark.capability("S1")
async def test_who_says_twice_that_they_are_away_is_back_with_one_word(infrastructure: Infrastructure) -> None:
    ada, wren = (new_id() for _ in range(2))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren])
        visit = await people.propose(ada, ada, people.at(0, 20))
        said = await weeks.say_away(wren, people.day(0), people.day(0))
        again = await weeks.say_away(wren, people.day(0), people.day(0))
        assert (again.away_id, again.given_back, await weeks.list_away(wren)) == (said.away_id, 0, [said.away_id])
        longer, later = await weeks.say_away(wren), await weeks.say_away(wren, people.day(2), people.day(3))
        assert later.away_id == longer.away_id, "they are away then already"
        assert await weeks.list_away(wren) == [said.away_id, longer.away_id]
        await weeks.end_away(said.away_id, wren)
        assert await weeks.list_away(wren) == []
        await people.take(visit, wren)
        running, other = [await weeks.say_away(wren, people.day(ahead), people.day(ahead)) for ahead in (0, 5)]
        await weeks.end_away(running.away_id, wren)
        assert await weeks.list_away(wren) == [other.away_id], "that they are back says nothing of another time"


async def test_a_take_and_going_away_at_one_instant_never_leave_both(infrastructure: Infrastructure) -> None:
    ada, *workers = (new_id() for _ in range(9))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=workers)
        for worker in workers:
            visit = await people.propose(ada, ada, people.at(2))
            took, said = await asyncio.gather(people.take(visit, worker), weeks.say_away(worker), return_exceptions=True)
            assert not isinstance(said, BaseException), said
            assert getattr(took, "reason", None) == (None if said.given_back else "WORKER_AWAY")
            assert await weeks.workers_of(visit, ada) == []


@pytest.mark.capability("S1")
async def test_everybody_reads_the_same_of_others_and_their_own_reasons_alone(infrastructure: Infrastructure) -> None:
    ada, mo, sister, bo = (new_id() for _ in range(4))
    free, busy, tired, unpapered, ill, comes, vera = (new_id() for _ in range(7))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, unchecked=[unpapered], worker=[busy, tired, unpapered, ill, comes, free], volunteer=[vera], friend=[bo])
        await people.form_team(mo, worker=[busy, tired])
        visit = await people.propose(ada, ada, people.at(3, 8, 2), workers=2)
        for worker, other in ((busy, people.at(3, 9, 1)), (tired, people.at(2, 9, 13))):
            await people.take(await people.propose(mo, mo, other), worker)
        await people.take(visit, comes)
        await weeks.say_away(ill, people.day(3), people.day(3))

        reasons = {
            busy: ["WORKER_ELSEWHERE"], tired: ["REST_TOO_SHORT"], unpapered: ["VISIT_NEEDS_CREDENTIALS"], ill: ["WORKER_AWAY"],
            comes: ["VISIT_YOURS"], free: [], vera: [],
        }  # fmt: skip
        order = [free, vera, busy, tired, unpapered, ill, comes]
        as_ada = await people.let_act(sister, ada)
        readers: list[UUID | str] = [ada, as_ada, bo, *reasons]
        for reader in readers:
            listed = await weeks.who_could(visit, reader)
            assert [UUID(candidate.person_id) for candidate in listed] == order, "who can first, each as they joined"
            assert [candidate.can_come for candidate in listed] == [True, True, *[False] * 5]
            assert [candidate.comes for candidate in listed] == [*[False] * 6, True]
            own = {UUID(each.person_id): [why.reason for why in each.own_reasons] for each in listed if each.own_reasons}
            assert own == {worker: why for worker, why in reasons.items() if worker == reader and why}
        [mine] = [each for each in await weeks.who_could(visit, unpapered) if each.own_reasons]
        assert mine.own_reasons[0].details["kinds"].split() == list(BEFORE_A_VISIT)
        for stranger in (mo, sister):
            with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
                await weeks.who_could(visit, stranger)
        outside = await people.let_act(bo, ada, "money")
        with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
            await weeks.who_could(visit, outside)
        looked = [row for row in await people.co_op.all_rows("scheduling", "read_audit") if "who could come" in map(str, row)]
        assert {ill, busy} <= {cell for row in looked for cell in row if isinstance(cell, UUID)}, "they can see who looked"


@pytest.mark.capability("S1")
async def test_those_who_can_are_asked_once_for_a_visit_at_its_time(infrastructure: Infrastructure) -> None:
    ada, wren, robin, bo = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin], friend=[bo])
        visit = await people.propose(ada, ada, people.at(3))
        await weeks.say_away(robin)
        with pytest.raises(Invalid, match="NOBODY_CHOSEN"):
            await weeks.ask(visit, ada, [])
        with pytest.raises(FailedPrecondition, match="NOBODY_TO_ASK"):
            await weeks.ask(visit, bo, [robin, bo, uuid4()])
        assert await weeks.ask(visit, bo, [wren, robin]) == 1
        assert await weeks.ask(visit, ada, [wren]) == 0
        assert [kind for kind, of in await notices(people) if of == {wren}] == ["visit_asked"]
        assert [each.asked for each in await weeks.who_could(visit, ada)] == [True, False]
        await people.move(visit, ada, people.at(4), 2)
        assert [each.asked for each in await weeks.who_could(visit, ada)] == [False, False]
        assert await weeks.ask(visit, ada, [wren], version=4) == 1
        await people.take(visit, wren, 4)
        with pytest.raises(AlreadyExists, match="VISIT_TAKEN"):
            await weeks.ask(visit, ada, [robin], version=4)


@pytest.mark.capability("S1")
async def test_a_worker_confirms_the_week_they_saw_and_a_person_hears_of_their_own_visits_alone(infrastructure: Infrastructure) -> None:
    ada, mo, sister, wren, robin = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        weeks, people_of = WorkerWeeks(people), (ada, mo)
        monday = weeks.next_monday()
        ahead = (monday - people.day(0)).days
        for owner in people_of:
            await people.form_team(owner, worker=[wren, robin])
        to_ada, to_mo = await people.propose(ada, ada, people.at(ahead + 1)), await people.propose(mo, mo, people.at(ahead + 2))
        await people.take(to_ada, wren)
        seen = await weeks.week(wren, monday)
        assert not seen.HasField("confirmed_at")
        await people.take(to_mo, wren)
        with pytest.raises(Conflict, match="WEEK_CHANGED"):
            await weeks.confirm(wren, monday, seen.fingerprint)
        await weeks.confirm(wren, monday, (await weeks.week(wren, monday)).fingerprint)
        confirmed = await weeks.week(wren, monday)
        assert (confirmed.HasField("confirmed_at"), confirmed.changed_since) == (True, False)
        assert not (await weeks.week(robin, monday)).HasField("confirmed_at")
        as_ada = await people.let_act(sister, ada)
        assert await weeks.confirmed(ada, as_ada, monday) == await weeks.confirmed(ada, ada, monday) == {to_ada: [str(wren)]}
        for by in (wren, mo):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await weeks.confirmed(ada, by, monday)

        await people.give_back(to_mo, wren)
        assert (await weeks.week(wren, monday)).changed_since
        assert await weeks.confirmed(mo, mo, monday) == {}
        assert await weeks.confirmed(ada, ada, monday) == {to_ada: [str(wren)]}, "what changed elsewhere is not for Ada to know"
        await people.take(to_mo, wren)
        assert not (await weeks.week(wren, monday)).changed_since
        assert await weeks.confirmed(mo, mo, monday) == {}, "what was taken anew is confirmed anew"
        for wrong in (monday + timedelta(days=1), monday - timedelta(days=14), monday + timedelta(days=7 * 60)):
            with pytest.raises(Invalid, match="WEEK_UNKNOWN"):
                await weeks.week(wren, wrong)


@pytest.mark.capability("L5")
async def test_what_is_over_is_forgotten(infrastructure: Infrastructure) -> None:
    ada, wren = (new_id() for _ in range(2))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren])
        monday = weeks.next_monday()
        await weeks.confirm(wren, monday, (await weeks.week(wren, monday)).fingerprint)
        await weeks.say_away(wren, people.day(1), people.day(2))
        open_end = await weeks.say_away(wren, people.day(1))
        job = forget_past_weeks.job(ZoneInfo("Europe/London"))
        database = Database(people.co_op.databases["scheduling"].run_url)
        try:
            for days, forgotten in ((0, 0), (30, 2), (30, 0)):
                async with database.work(callers.job(job.name), people.co_op.now() + timedelta(days=days), "tests") as work:
                    assert await job.run(work) == forgotten
        finally:
            await database.close()
        assert await weeks.list_away(wren) == [open_end.away_id]

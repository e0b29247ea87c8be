"""Drafts count ways by the rulebook's points, the planner chooses by hand, and a week is settled without one worker."""

import json
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedDrafts, RulebookAdopted
from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from services.scheduling.engine.week_process import read_own_record
from services.scheduling.engine.week_record import recompute
from tests.service.test_week_drafts import a_co_op, notices
from tests.support.running_co_op import Infrastructure
from tests.support.week_draft_people import parts, proposed
from tests.support.worker_weeks import WorkerWeeks

POINTS = {
    "nobody": 9_000,
    "travel": 2,
    "new_face": 5,
    "not_preferred": 1,
    "short_of_wish": 1,
    "over_wish": 1,
    "fairness": 0,
    "change": 3,
}


@pytest.mark.capability("S1")
async def test_ways_count_by_the_rulebooks_points_in_the_hat_that_it_names(infrastructure: Infrastructure) -> None:
    ada, mo, near, far, sam, kim = (new_id() for _ in range(6))
    async with a_co_op(infrastructure) as (people, drafts):
        await people.form_team(ada, worker=[far, near])
        await people.form_team(mo, worker=[far])
        with pytest.raises(Invalid, match="DISTRICT_UNKNOWN"):
            await drafts.say_yes(near, lives="YY9")
        await drafts.say_yes(near, lives="zz1 2aa")
        await drafts.say_yes(far, lives="ZZ6")
        await drafts.choose(ada, ada, together=True, lives="ZZ1")
        await drafts.choose(mo, mo, together=True)
        at_adas, at_mos = await drafts.visit(ada, 0), await drafts.visit(mo, 2)
        rules = RulebookAdopted(rulebook_hash="a" * 64, drafts=AdoptedDrafts(hat="week_planner", **POINTS))
        await people.governance.publish((rules, "decision"))
        await people.co_op.wait_until_consumed("scheduling", "governance")
        secretary, holder = await people.give_hat(sam, "secretary"), await people.give_hat(kim, "week_planner")
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await drafts.start(secretary, together=True)

        draft = await drafts.draft_of(holder, together=True)
        made = await drafts.get(draft, holder)
        assert proposed(made) == {at_adas: {str(near): "new"}, at_mos: {str(far): "new"}}, "who has the shorter way"
        assert (made.draft.visits_without_way, made.draft.workers_without_way) == (1, 0), "Mo has not said where she lives"
        assert made.draft.rulebook_hash == "a" * 64
        await drafts.send(draft, holder)
        [own] = await drafts.reasons(draft, at_adas, near)
        assert own.points["travel"] > 0
        assert own.points["travel"] % 2 == 0, "twice the minutes"
        read = await drafts.reasons(draft, at_adas, holder)
        assert all("travel" not in row.points for row in read), "what way a worker has is not the planner's to read"

        checker = await people.give_hat(new_id(), "scrutineer")
        text = await drafts.record(draft, checker)
        record = json.loads(text)
        assert (record["weights"], record["rulebook"]) == (POINTS, "a" * 64)
        assert record["week"]["places"] == ["place-1", "place-2", "place-3"]
        assert not [said for said in ("ZZ1", "ZZ6", "2AA") if said in text.replace(" ", "").upper()], "no district is in the record"
        again = recompute(read_own_record(record), plain=True)
        assert ({key: sorted(comes) for key, comes in again.comes.items()}, again.points) == (record["plan"], record["points"])


@pytest.mark.capability("S6")
async def test_the_planner_chooses_another_worker_for_one_place_who_says_their_own_yes(infrastructure: Infrastructure) -> None:
    ada, wren, robin, jay, sam = (new_id() for _ in range(5))
    async with a_co_op(infrastructure) as (people, drafts):
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin, jay])
        first, second, third = [await drafts.visit(ada, day, 9) for day in (0, 1, 2)]
        await drafts.say_yes(wren, wished=600)
        await drafts.say_yes(robin, free=["mon_morning", "tue_morning"])
        draft = await drafts.draft_of(ada)
        assert proposed(await drafts.get(draft, ada)) == {visit: {str(wren): "new"} for visit in (first, second, third)}
        before = {row.worker_id: sum(row.points.values()) for row in await drafts.reasons(draft, second, ada)}
        with pytest.raises(FailedPrecondition, match="DRAFT_WORKER_CANNOT"):
            await drafts.choose_worker(draft, third, ada, robin, wren)
        with pytest.raises(FailedPrecondition, match="DRAFT_WORKER_CANNOT"):
            await drafts.choose_worker(draft, first, ada, jay, wren)
        with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED"):
            await drafts.choose_worker(draft, first, ada, robin)
        with pytest.raises(NotFound, match="WEEK_DRAFT_UNKNOWN"):
            await drafts.choose_worker(draft, first, robin, robin, wren)

        await drafts.choose_worker(draft, first, ada, robin, wren)
        made = await drafts.get(draft, ada)
        assert proposed(made) == {first: {str(robin): "new"}, second: {str(wren): "new"}, third: {str(wren): "new"}}, "that place alone"
        assert [place.chosen for visit in made.visits for place in visit.places] == [True, False, False]
        after = {row.worker_id: sum(row.points.values()) for row in await drafts.reasons(draft, second, ada)}
        assert after[str(robin)] < before[str(robin)], "Robin is no new face any more"
        assert not [told for kind, told in await notices(people) if kind == "draft_asked"], "nobody has been told yet"
        await drafts.send(draft, ada)
        assert parts(await drafts.get(draft, ada))[first] == "waiting", "Robin has not said yes"
        await drafts.answer(draft, second, wren, agreed=False)
        await drafts.choose_worker(draft, second, ada, robin, wren)
        assert (await notices(people))[-1] == ("draft_asked", {robin}), "who is chosen later is asked at once"
        for visit in (first, second):
            await drafts.answer(draft, visit, robin)
        with pytest.raises(FailedPrecondition, match="DRAFT_WORKER_SAID_YES"):
            await drafts.choose_worker(draft, first, ada, wren, robin)
        await drafts.publish(draft, ada, first, second)
        assert [await weeks.workers_of(visit, ada) for visit in (first, second, third)] == [[str(robin)], [str(robin)], []]

        record = json.loads(await drafts.record(draft, await people.give_hat(sam, "scrutineer")))
        plan, chosen = record["plan"], record["chosen"]
        assert [(each["visit"], [each["instead_of"]] == plan[each["visit"]]) for each in chosen] == [("visit-1", True), ("visit-2", True)]
        again = recompute(read_own_record(record), plain=True)
        assert {key: sorted(comes) for key, comes in again.comes.items()} == plan, "the plan is as the engine made it"


@pytest.mark.capability("S1", "S6")
async def test_a_week_without_a_worker_is_answered_at_once_and_settled_before_anybody_is_told(infrastructure: Infrastructure) -> None:
    ada, wren, robin, jay, kim = (new_id() for _ in range(5))
    async with a_co_op(infrastructure) as (people, drafts):
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin, jay])
        visits = [await drafts.visit(ada, day, 9) for day in range(3)]
        first, second, kept = visits
        for visit, worker in ((first, robin), (second, robin), (kept, wren)):
            await people.take(visit, worker)
        await drafts.say_yes(wren, free=["mon_morning", "wed_morning"])
        helper = await people.let_act(kim, ada)
        for stranger in (robin, jay):
            with pytest.raises(FailedPrecondition, match="WEEK_DRAFT_NOT_COMING"):
                await drafts.without(robin, stranger)
        at_once = await drafts.without(robin, helper)
        assert {visit: [(row.worker_id, row.can_come, row.comes, row.reason) for row in rows] for visit, rows in at_once.items()} == {
            first: [(str(wren), True, True, "")],
            second: [(str(wren), False, False, "")],
        }, "Jay is not in drafts, and of Wren others read yes or no"
        assert "travel" not in at_once[first][0].points
        with pytest.raises(FailedPrecondition, match="WEEK_DRAFT_NOT_COMING"):
            await drafts.start(ada, without=jay)

        usual, draft = await drafts.start(ada), await drafts.draft_of(ada, without=robin)
        assert usual != draft, "beside a draft of the same week"
        made = await drafts.get(draft, ada)
        assert made.draft.without_worker_id == str(robin)
        assert proposed(made) == {
            first: {str(wren): "new", str(robin): "gone"},
            second: {str(robin): "gone"},
            kept: {str(wren): "stays"},
        }
        assert [told for kind, told in await notices(people) if kind.startswith("draft_")] == []
        await drafts.send(draft, ada)
        assert ("draft_asked", {wren, robin}) in await notices(people)
        assert parts(await drafts.get(draft, ada)) == {first: "waiting", second: "agreed", kept: "unchanged"}
        await drafts.answer(draft, first, wren)
        await weeks.say_away(robin, drafts.monday, drafts.monday)
        assert parts(await drafts.get(draft, ada))[first] == "agreed", "Robin has given it back by saying that they are away"
        await drafts.answer(draft, second, robin, agreed=False)
        assert parts(await drafts.get(draft, ada))[second] == "declined", "Robin comes after all"
        await drafts.publish(draft, ada, first)
        assert [await weeks.workers_of(visit, ada) for visit in visits] == [[str(wren)], [str(robin)], [str(wren)]]
        given_back = [event for event in await people.co_op.published_events("scheduling") if type(event).__name__ == "VisitGivenBack"]
        assert len(given_back) == 1, "once, when Robin was away"
        assert isinstance(UUID(made.draft.draft_id), UUID)
        assert made.draft.state == pb.WEEK_DRAFT_STATE_DRAFT

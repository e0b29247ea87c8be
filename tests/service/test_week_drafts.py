"""Drafts of a week: nobody is planned without their yes, what all agreed to is published whole or not at all, everybody hears once."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.refusal_status import InternalServerError
from services.scheduling.engine.week_process import read_own_record
from services.scheduling.engine.week_record import recompute
from services.scheduling.jobs import make_week_drafts
from tests.support.broken_transactions import break_transactions, mend_transactions
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.waiting import wait_until
from tests.support.week_draft_people import WeekDrafts, parts, proposed
from tests.support.worker_weeks import WorkerWeeks

FEW_STEPS = 400


@asynccontextmanager
async def a_co_op(infrastructure: Infrastructure, iterations: int = FEW_STEPS) -> AsyncIterator[tuple[VisitPeople, WeekDrafts]]:
    async with visit_people(infrastructure, draft_iterations=iterations) as people:
        yield people, WeekDrafts(people)


async def notices(people: VisitPeople) -> list[tuple[str, set[UUID]]]:
    events = await people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


async def breaks_whole(people: VisitPeople, drafts: WeekDrafts, draft: str, visit: str, planner: UUID) -> None:
    """The planner's publishing breaks at each of its writes, and leaves all as it was."""
    before = await people.co_op.all_rows("scheduling", "visit_place")
    for table, when in (("visit_place", "insert"), ("week_draft_visit", "update"), ("week_draft", "update"), ("outbox", "insert")):
        await break_transactions(people.co_op, "scheduling", table, when)
        with pytest.raises(InternalServerError):
            await drafts.publish(draft, planner, visit)
        await mend_transactions(people.co_op, "scheduling", table)
        assert await people.co_op.all_rows("scheduling", "visit_place") == before


@pytest.mark.capability("S1", "S6")
async def test_a_week_is_drafted_asked_answered_and_published_whole(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, wren, robin, bo = (new_id() for _ in range(4))
    async with a_co_op(infrastructure) as (people, drafts):
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin], volunteer=[bo])
        first, second, third = [await drafts.visit(ada, day, hour) for day, hour in ((0, 9), (1, 9), (2, 9))]
        await people.take(third, robin)
        with pytest.raises(FailedPrecondition, match="WEEK_DRAFT_NO_WORKERS"):
            await drafts.start(ada)
        await drafts.say_yes(wren)
        with monkeypatch.context() as broken:
            broken.setattr(make_week_drafts, "_MODULE", "this")
            failed = await drafts.draft_of(ada)
        assert (await drafts.get(failed, ada)).draft.state == pb.WEEK_DRAFT_STATE_FAILED, "the engine wrote what is no plan"
        draft = await drafts.start(ada)
        with pytest.raises(AlreadyExists, match="WEEK_DRAFT_UNDERWAY"):
            await drafts.start(ada)
        made = await drafts.made(draft, ada)
        assert proposed(made) == {first: {str(wren): "new"}, second: {str(wren): "new"}, third: {str(robin): "stays"}}, (
            "only who said yes is proposed, and nobody who comes is moved"
        )
        assert (made.draft.state, parts(made)[third], made.draft.done) == (pb.WEEK_DRAFT_STATE_DRAFT, "unchanged", FEW_STEPS)
        assert not (await drafts.proposals(wren)).to_worker, "nobody hears of it before it is sent"
        with pytest.raises(NotFound, match="WEEK_DRAFT_UNKNOWN"):
            await drafts.answer(draft, first, wren)
        with pytest.raises(FailedPrecondition, match="WEEK_DRAFT_NOT_ASKED"):
            await drafts.publish(draft, ada, first)
        for stranger in (wren, robin, bo):
            with pytest.raises(NotFound, match="WEEK_DRAFT_UNKNOWN"):
                await drafts.get(draft, stranger)
        await drafts.send(draft, ada)
        assert (await notices(people))[-1] == ("draft_asked", {wren}), "Ada planned it herself"
        assert [each.visit.visit_id for each in (await drafts.proposals(wren)).to_worker] == [first, second]
        assert not (await drafts.proposals(robin)).to_worker
        await drafts.answer(draft, first, wren)
        await drafts.answer(draft, second, wren, agreed=False)
        assert parts(await drafts.get(draft, ada)) == {first: "agreed", second: "declined", third: "unchanged"}
        with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED"):
            await drafts.publish(draft, ada, first, second)
        with pytest.raises(Invalid, match="WEEK_DRAFT_NOTHING_CHOSEN"):
            await drafts.publish(draft, ada)
        assert await weeks.workers_of(first, ada) == [], "nothing changes before it is published"

        await breaks_whole(people, drafts, draft, first, ada)
        once = str(new_id())
        for _ in range(2):
            await drafts.publish(draft, ada, first, request_id=once)
        assert (await weeks.workers_of(first, ada), await weeks.workers_of(second, ada)) == ([str(wren)], [])
        assert parts(await drafts.get(draft, ada)) == {first: "published", second: "declined", third: "unchanged"}
        assert [told for kind, told in await notices(people) if kind == "draft_published"] == [{wren}], "once, and not Ada, who did it"
        events = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.WeekDraftPublished)]
        assert [(list(event.visit_ids), event.published_by, event.inputs_hash) for event in events] == [
            ([first], str(ada), made.draft.inputs_hash),
        ]  # fmt: skip
        with pytest.raises(FailedPrecondition, match="WEEK_DRAFT_OVER"):
            await drafts.answer(draft, second, wren)


@pytest.mark.capability("S6")
async def test_the_person_says_not_this_one_and_what_has_changed_since_is_not_published(infrastructure: Infrastructure) -> None:
    ada, wren, robin, kim, mo, sam = (new_id() for _ in range(6))
    async with a_co_op(infrastructure) as (people, drafts):
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren])
        await people.form_team(mo, worker=[robin])
        await drafts.say_yes(wren, robin)
        secretary = await people.give_hat(sam, "secretary")
        at_adas, at_mos, late = await drafts.visit(ada, 0), await drafts.visit(mo, 0), await drafts.visit(mo, 3)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await drafts.start(sam, together=True)
        with pytest.raises(FailedPrecondition, match="WEEK_DRAFT_NO_VISITS"):
            await drafts.start(secretary, together=True)
        await drafts.choose(mo, mo, together=True)
        draft = await drafts.draft_of(secretary, together=True)
        assert proposed(await drafts.get(draft, secretary)) == {at_mos: {str(robin): "new"}, late: {str(robin): "new"}}, (
            "Ada has not agreed to be drafted together"
        )
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await drafts.get(draft, sam)
        await drafts.send(draft, secretary)
        assert {("draft_asked", frozenset({robin})), ("draft_shown", frozenset({mo}))} <= {
            (kind, frozenset(told)) for kind, told in await notices(people)
        }
        for visit in (at_mos, late):
            await drafts.answer(draft, visit, robin)
        shown = (await drafts.proposals(mo)).to_person
        assert [[place.worker_id for place in each.visit.places] for each in shown] == [[str(robin)], [str(robin)]]
        helper = await people.let_act(kim, mo)
        await drafts.answer_as_person(draft, at_mos, helper, agreed=False)
        with pytest.raises(NotFound, match="WEEK_DRAFT_UNKNOWN"):
            await drafts.answer_as_person(draft, at_mos, ada, agreed=True)
        assert parts(await drafts.get(draft, secretary)) == {at_mos: "declined", late: "agreed"}
        await drafts.answer_as_person(draft, at_mos, mo, agreed=True)
        await weeks.say_away(robin, drafts.monday, drafts.monday)
        with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED") as refused:
            await drafts.publish(draft, secretary, at_mos, late)
        assert refused.value.details["visit"] == at_mos, "Robin is away since, and why is not said"
        assert await weeks.workers_of(late, mo) == [], "all or nothing"
        await people.move(late, mo, people.at(drafts.ahead(3), 15), version=2)
        assert parts(await drafts.get(draft, secretary))[late] == "stale"
        with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED"):
            await drafts.publish(draft, secretary, late)
        await drafts.drop(draft, secretary)
        assert not (await drafts.proposals(robin)).to_worker
        assert at_adas not in parts(await drafts.get(draft, secretary))
        own = await drafts.draft_of(helper)
        assert parts(await drafts.get(own, mo)) == {at_mos: "unchanged", late: "waiting"}, "Kim has one made of Mo's week"
        with pytest.raises(NotFound, match="WEEK_DRAFT_UNKNOWN"):
            await drafts.get(own, kim)


@pytest.mark.capability("S1")
async def test_others_read_only_whether_a_worker_can_come_and_the_record_has_no_names(infrastructure: Infrastructure) -> None:
    ada, wren, robin, sam = (new_id() for _ in range(4))
    async with a_co_op(infrastructure) as (people, drafts):
        await people.form_team(ada, worker=[wren, robin])
        await drafts.say_yes(wren, wished=60)
        await drafts.say_yes(robin, free=["tue_morning"])
        visit = await drafts.visit(ada, 0, 9)
        draft = await drafts.draft_of(ada)
        read = {row.worker_id: row for row in await drafts.reasons(draft, visit, ada)}
        assert [(read[str(each)].can_come, read[str(each)].reason) for each in (wren, robin)] == [(True, ""), (False, "")]
        assert set(read[str(wren)].points) == {"new_face", "not_preferred", "change", "own"}, "what is the worker's own is one sum"
        await drafts.send(draft, ada)
        own = await drafts.reasons(draft, visit, wren)
        assert [row.worker_id for row in own] == [str(wren)]
        reads = [row for row in await people.co_op.all_rows("scheduling", "read_audit") if "why a worker" in row]
        assert any(str(wren) in map(str, row) and ada in row for row in reads), "Ada reads who looked at a visit to her"
        assert own[0].points["short_of_wish"] == -10, "an hour that she wished for"
        assert sum(own[0].points.values()) == sum(read[str(wren)].points.values())
        with pytest.raises(NotFound, match="WEEK_DRAFT_UNKNOWN"):
            await drafts.reasons(draft, visit, robin)
        checker = await people.give_hat(sam, "scrutineer")
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await drafts.record(draft, ada)
        assert [each.draft_id for each in await drafts.drafts(checker)] == [draft]
        record = await drafts.record(draft, checker)
        assert not [person for person in (ada, wren, robin, visit) if str(person) in record]
        assert json.loads(record)["inputs"] == (await drafts.get(draft, ada)).draft.inputs_hash
        again = recompute(read_own_record(json.loads(record)), plain=True)
        assert {key: sorted(comes) for key, comes in again.comes.items()} == json.loads(record)["plan"], "anybody makes the same plan"
        async with people.co_op.database_transaction("scheduling", caller=callers.person(ada)) as connection:
            for table in ("worker_draft_choice", "week_draft_worker", "week_draft_reason", "week_draft_record"):
                found = await connection.fetchval(f"select count(*) from {table}")  # noqa: S608 - our own names
                assert found == 0, "the planner's own queries find nothing there"


@pytest.mark.capability("S1")
async def test_who_comes_is_moved_only_where_both_agreed_beforehand_and_again(infrastructure: Infrastructure) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with a_co_op(infrastructure) as (people, drafts):
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin])
        long, short = await drafts.visit(ada, 0, 9, hours=6), await drafts.visit(ada, 3, 9)
        for visit in (long, short):
            await people.take(visit, wren)
        # Wren wishes for one hour, Robin for six: the draft would give Robin the long visit.
        await drafts.say_yes(wren, wished=60)
        await drafts.say_yes(robin, wished=360)
        kept = await drafts.draft_of(ada)
        assert set(parts(await drafts.get(kept, ada)).values()) == {"unchanged"}
        with pytest.raises(FailedPrecondition, match="WEEK_DRAFT_NOTHING_PROPOSED"):
            await drafts.send(kept, ada)
        await drafts.drop(kept, ada)
        await drafts.say_yes(wren, wished=60, may_change=True)
        await drafts.choose(ada, ada, may_change=True)
        draft = await drafts.draft_of(ada)
        assert proposed(await drafts.get(draft, ada)) == {
            long: {str(robin): "new", str(wren): "gone"},
            short: {str(wren): "stays"},
        }
        await drafts.send(draft, ada)
        await drafts.answer(draft, long, robin)
        assert parts(await drafts.get(draft, ada))[long] == "waiting", "Wren is asked, too"
        await drafts.answer(draft, long, wren)
        await drafts.publish(draft, ada, long)
        assert (await weeks.workers_of(long, ada), await weeks.workers_of(short, ada)) == ([str(robin)], [str(wren)])


@pytest.mark.capability("S1")
async def test_a_draft_is_stopped_and_after_a_restart_made_again_from_its_record(infrastructure: Infrastructure) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with a_co_op(infrastructure, iterations=50_000_000) as (people, drafts):
        await people.form_team(ada, worker=[wren, robin])
        visits = [await drafts.visit(ada, day, hour) for day in range(5) for hour in (9, 15)]
        await drafts.say_yes(wren)
        draft = await drafts.start(ada)

        async def progress() -> bool:
            return (await drafts.get(draft, ada)).draft.done > 0

        await wait_until(progress, "it is being made", pause=0.1)
        await people.take(visits[0], robin)
        record = await people.co_op.all_rows("scheduling", "week_draft_record")
        await people.co_op.restart()
        after = WeekDrafts(VisitPeople(people.co_op, people.identity, people.matching, people.governance))
        assert await people.co_op.all_rows("scheduling", "week_draft_record") == record
        await after.stop(draft, ada)
        made = await after.made(draft, ada)
        assert (made.draft.state, made.draft.stop_asked) == (pb.WEEK_DRAFT_STATE_DRAFT, True)
        assert 0 < made.draft.done < made.draft.iterations
        of_visit = proposed(made)
        assert of_visit.pop(visits[0]) == {str(robin): "stays"}, "they took it since, and have not agreed to go"
        assert {visit for visit, places in of_visit.items() if places == {str(wren): "new"}} == set(visits[1:])

"""Where records, swaps, series and merges meet: what waits for whom, and that a visit that has begun stays as it is."""

from datetime import timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from kith.scheduling.v1 import visit_records_pb2 as record_pb
from kith.scheduling.v1 import visits_pb2 as pb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.series_people import SeriesPeople
from tests.support.visit_people import visit_people
from tests.support.visit_record_people import RecordPeople
from tests.support.waiting import wait_until
from tests.support.worker_weeks import WorkerWeeks


@pytest.mark.capability("L6", "S1", "S6")
async def test_each_sees_what_waits_for_their_own_answer_until_it_is_given(infrastructure: Infrastructure) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        records, weeks, series = RecordPeople(people), WorkerWeeks(people), SeriesPeople(people)

        async def waiting(by: UUID | str) -> tuple[list[str], list[str], int, int]:
            found = await call_service(people.stub.GetWaiting, pb.GetWaitingRequest(), people.token(by))
            return list(found.to_confirm_visit_ids), list(found.disputed_visit_ids), found.swaps, found.series

        nothing: tuple[list[str], list[str], int, int] = ([], [], 0, 0)
        await people.form_team(ada, worker=[wren, robin])
        past, later = await records.visit(ada, wren), await records.visit(ada, wren, ahead=5)
        await records.go_after(past, ada)
        record = await records.write(past, wren, records.at(12), records.at(13))
        assert [await waiting(by) for by in (ada, wren, robin)] == [([past], [], 0, 0), nothing, nothing]
        as_ada, for_money = await people.let_act(robin, ada), await people.let_act(new_id(), ada, "money")
        assert [await waiting(by) for by in (as_ada, for_money)] == [([past], [], 0, 0), nothing], "within the scope alone"
        await records.dispute(record, ada, 1)
        assert [await waiting(by) for by in (ada, wren)] == [nothing, ([], [past], 0, 0)]
        await records.stand_by(record, wren, 2)
        await records.confirm(record, ada, 3)
        assert [await waiting(by) for by in (ada, wren)] == [nothing, nothing]

        swap = await weeks.offer(later, wren, robin)
        assert [await waiting(by) for by in (wren, robin)] == [nothing, ([], [], 1, 0)]
        await weeks.decline(swap, robin)
        proposed = await series.propose(ada, wren, series.pattern(ahead=1))
        assert [await waiting(by) for by in (ada, wren, robin)] == [([], [], 0, 1), nothing, nothing]
        await series.agree(proposed, ada)
        assert await waiting(ada) == nothing


@pytest.mark.capability("L6", "S1")
async def test_a_visit_that_somebody_has_begun_goes_to_nobody_else(infrastructure: Infrastructure) -> None:
    ada, wren, robin, bo = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        records, weeks = RecordPeople(people), WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin], friend=[bo])
        visit = await records.visit(ada, wren)
        swap = await weeks.offer(visit, wren, robin)
        await records.go_after(visit, ada, -10)
        await records.start(visit, wren)
        for attempt in (
            weeks.accept(swap, robin),
            weeks.offer(visit, wren, robin),
            people.move(visit, bo, people.at(3), 2),
            people.give_back(visit, wren),
            people.cancel(visit, ada, 2),
        ):
            with pytest.raises(FailedPrecondition, match="VISIT_STARTED"):
                await attempt
        assert (await weeks.say_away(wren)).given_back == 0
        await people.leave_team(ada, wren)
        assert list((await people.get(visit, ada)).worker_ids) == [str(wren)], "who is there is there"


@pytest.mark.capability("I1", "S1")
async def test_after_a_merge_nobody_has_confirmed_what_they_did_not_see(infrastructure: Infrastructure) -> None:
    ada, kept, other = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[kept, other])
        monday = weeks.next_monday()
        ahead = (monday - people.day(0)).days
        own, others = [await people.propose(ada, ada, people.at(ahead + day)) for day in (1, 2)]
        await people.take(others, other)
        await people.take(own, kept)
        await weeks.confirm(kept, monday, (await weeks.week(kept, monday)).fingerprint)
        assert (await weeks.confirmed(ada, ada, monday)).keys() == {own}
        await people.identity.publish((PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)), str(kept)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        assert await weeks.confirmed(ada, ada, monday) == {}


@pytest.mark.capability("L6")
async def test_a_timer_of_a_choice_that_was_taken_back_confirms_nothing(infrastructure: Infrastructure) -> None:
    ada, mo, wren, robin = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        records = RecordPeople(people)
        for person, worker in ((ada, wren), (mo, robin)):
            await people.form_team(person, worker=[worker])
            await records.set_timer(person, person)
        to_ada, to_mo = await records.visit(ada, wren), await records.visit(mo, robin)
        await records.go_after(to_ada, ada)
        for visit, worker in ((to_ada, wren), (to_mo, robin)):
            await records.write(visit, worker, records.at(12), records.at(13))
        # As a choice that is taken back while the record is being written leaves it: with a timer that nobody stopped.
        async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
            await connection.execute("delete from timed_confirmation where person = $1", ada)
        await records.go_to(people.co_op.now() + timedelta(days=9))
        await records.visit(mo)  # an event of our own wakes the job

        async def is_confirmed() -> bool:
            return (await records.get_one(to_mo, mo)).state == record_pb.VISIT_RECORD_STATE_CONFIRMED

        await wait_until(is_confirmed, "the timer confirms the other one")
        assert (await records.get_one(to_ada, ada)).state == record_pb.VISIT_RECORD_STATE_WRITTEN

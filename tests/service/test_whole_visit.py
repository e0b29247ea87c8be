"""What the page of a visit asks in one call is what the calls for its parts say."""

from collections import Counter
from uuid import UUID

import pytest

from kith.scheduling.v1 import visit_gaps_pb2 as gaps
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import whole_visits_pb2 as pb
from kith.scheduling.v1.whole_visits_pb2_grpc import WholeVisitServiceStub
from libs import callers
from libs.database.engine import new_id
from libs.refusals import NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.gap_people import GapPeople
from tests.support.running_co_op import Infrastructure
from tests.support.task_people import COMPANY, TaskPeople
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.watch_people import WatchPeople

ADA, WREN, KIT, BO, SISTER = (new_id() for _ in range(5))


async def _whole(people: VisitPeople, visit: str, by: UUID | str) -> pb.GetWholeVisitResponse:
    stub, request = people.co_op.stub(WholeVisitServiceStub), pb.GetWholeVisitRequest(visit_id=visit)
    found: pb.GetWholeVisitResponse = await call_service(stub.GetWholeVisit, request, people.token(by))
    return found


async def _parts(people: VisitPeople, visit: str, by: UUID | str) -> pb.GetWholeVisitResponse:
    tasks = TaskPeople(people)
    return pb.GetWholeVisitResponse(
        plan=await people.get(visit, by),
        tasks=await tasks.get(by, visit),
        distances=gaps.GetVisitDistancesResponse(distances=await GapPeople(people).distances(by, [visit])),
        alerts=await WatchPeople(people).of_visit(visit, by),
        records=await tasks.records.get(visit, by),
    )


async def _reads(people: VisitPeople, reader: UUID) -> Counter[tuple[str, str]]:
    """How often what was read by them of whom."""
    async with people.co_op.database_transaction("scheduling", caller=callers.job("tests")) as connection:
        rows = await connection.fetch("select subject, record from read_audit where reader = $1", str(reader))
        return Counter((str(row[0]), row[1]) for row in rows)


async def test_one_call_about_a_visit_says_what_its_parts_say(infrastructure: Infrastructure) -> None:
    async with visit_people(infrastructure) as people:
        tasks, distances = TaskPeople(people), GapPeople(people)
        await people.form_team(ADA, worker=[WREN], friend=[KIT])
        lunch = await people.propose(ADA, ADA, people.at(1))
        supper = await people.propose(ADA, ADA, people.at(1, 18))
        await people.take(lunch, WREN)
        listed = await tasks.set_tasks(ADA, (COMPANY, "Lunch together"), visit=lunch)
        await distances.propose(ADA, (("visit", lunch), ("visit", supper)), 60)
        as_ada = await people.let_act(SISTER, ADA)
        for by in (ADA, WREN, KIT, as_ada):
            whole = await _whole(people, lunch, by)
            assert whole == await _parts(people, lunch, by)
            assert len(whole.distances.distances) == 1
            assert list(whole.plan.visit.worker_ids) == list(whole.plan.worker_ids) == [str(WREN)]
            assert [task.words for task in whole.tasks.tasks] == ["" if by == KIT else "Lunch together"]
        seen = await _reads(people, WREN)
        await _whole(people, lunch, WREN)
        of_whole = await _reads(people, WREN) - seen
        await _parts(people, lunch, WREN)
        assert of_whole == await _reads(people, WREN) - seen - of_whole
        assert of_whole[str(ADA), "visit tasks"] == 1

        await tasks.records.go_after(lunch, ADA)
        [task] = (await tasks.get(WREN, lunch)).tasks
        await tasks.write(lunch, WREN, listed, [records.TaskOutcome(task_id=task.task_id, outcome=records.TASK_OUTCOME_KIND_DONE)])
        for by in (ADA, WREN, KIT):
            whole = await _whole(people, lunch, by)
            assert whole == await _parts(people, lunch, by)
            assert len(whole.records.records) == (by != KIT)


async def test_nobody_sees_a_whole_visit_who_does_not_see_the_visit(infrastructure: Infrastructure) -> None:
    async with visit_people(infrastructure) as people:
        await people.form_team(ADA, worker=[WREN])
        visit = await people.propose(ADA, ADA, people.at(1))
        assert (await _whole(people, visit, ADA)).HasField("alerts")
        await people.cancel(visit, ADA, 2)
        assert not (await _whole(people, visit, ADA)).HasField("alerts"), "nobody waits for a visit that does not take place"
        for stranger, wrong in ((BO, visit), (ADA, str(new_id()))):
            with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
                await _whole(people, wrong, stranger)
        with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
            await _whole(people, visit, await people.let_act(SISTER, ADA, "money"))

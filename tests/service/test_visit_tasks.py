"""What is to be done at a visit: in the person's words, by whom they gave it to, said of each, and read by nobody else."""

from uuid import UUID

import pytest

from kith.person.v1.person_rights_pb2 import ExportRequest
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visit_tasks_pb2 as pb
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.task_people import CARE, COMPANY, MEDICINE, TaskPeople
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.waiting import wait_until

TABLETS = "The blue tablets with breakfast"


def outcome(
    task: pb.VisitTask, what: "records.TaskOutcomeKind.ValueType", reason: str = "", at: records.LocalMoment | None = None
) -> records.TaskOutcome:
    return records.TaskOutcome(task_id=task.task_id, outcome=what, reason=reason, at=at)


@pytest.mark.capability("T8", "L6")
async def test_who_comes_has_been_given_the_tasks_and_no_others_read_them(infrastructure: Infrastructure) -> None:
    ada, sister, wren, robin, bo = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        tasks = TaskPeople(people)
        await people.form_team(ada, worker=[robin], volunteer=[wren], friend=[bo])
        visit = await people.propose(ada, ada, people.at(2))
        first = await tasks.set_tasks(ada, (COMPANY, "Read the paper with me"), visit=visit)
        acting = await people.let_act(sister, ada)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await tasks.set_tasks(acting, (MEDICINE, TABLETS), visit=visit)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await tasks.set_tasks(robin, (COMPANY, "Cards"), visit=visit, shown=first)
        await tasks.set_tasks(acting, (CARE, "Help me wash"), (MEDICINE, TABLETS), visit=visit, shown=first)

        # The team reads the kinds, as it decides who goes; the words are for who comes.
        assert [(task.kind, task.words) for task in (await tasks.get(bo, visit)).tasks] == [(CARE, ""), (MEDICINE, "")]
        for worker in (wren, robin):
            with pytest.raises(FailedPrecondition, match="VISIT_NEEDS_TASKS") as refused:
                await people.take(visit, worker)
            assert refused.value.details["tasks"] == "personal_care medicines"
        await tasks.give(ada, wren, "personal_care")
        with pytest.raises(FailedPrecondition, match="VISIT_NEEDS_TASKS") as refused:
            await people.take(visit, wren)
        assert refused.value.details["tasks"] == "medicines"
        await tasks.give(ada, robin, "personal_care", "medicines", until=people.day(1).isoformat())
        with pytest.raises(FailedPrecondition, match="VISIT_NEEDS_TASKS"):
            await people.take(visit, robin)
        await tasks.give(ada, robin, "personal_care", "medicines", until=people.day(2).isoformat())
        await people.take(visit, robin)
        assert [task.words for task in (await tasks.get(robin, visit)).tasks] == ["Help me wash", TABLETS]
        assert [task.words for task in (await tasks.get(wren, visit)).tasks] == ["", ""]

        # Nobody who comes finds a task that they may not do, and who may no longer do one comes no longer.
        other = await people.propose(ada, ada, people.at(3))
        await people.take(other, wren)
        with pytest.raises(FailedPrecondition, match="VISIT_WORKER_NEEDS_TASKS"):
            await tasks.set_tasks(ada, (MEDICINE, TABLETS), visit=other)
        await tasks.set_tasks(ada, (CARE, "Help me wash"), visit=other)
        await tasks.end(ada, wren, "personal_care")
        await tasks.end(ada, robin, "medicines")

        async def both_are_open() -> bool:
            return {visit, other} <= {one.visit_id for one in await people.list_visits(ada, ada) if one.free_places}

        await wait_until(both_are_open, "the visits need somebody again")
        events = await people.co_op.published_events("scheduling")
        assert [event.why for event in events if isinstance(event, facts.VisitGivenBack)] == ["uncleared", "uncleared"]
        told = {(event.kind, who) for event in events if isinstance(event, facts.NoticeWanted) for who in event.person_ids}
        assert {("visit_task_ended", str(wren)), ("visit_task_ended", str(robin)), ("visit_given_back", str(ada))} <= told
        said = [event for event in events if isinstance(event, facts.VisitTasksSet)]
        assert [list(event.kinds) for event in said] == [["company"], ["personal_care", "medicines"], ["personal_care"]]
        assert TABLETS not in str(events)


@pytest.mark.capability("L6")
async def test_of_each_task_it_is_said_what_became_of_it(infrastructure: Infrastructure) -> None:
    ada, robin, bo = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        tasks, written = TaskPeople(people), TaskPeople(people).records
        await people.form_team(ada, worker=[robin], friend=[bo])
        await tasks.give(ada, robin, "medicines")
        visit, late = await people.propose(ada, ada, people.at(2)), await people.propose(ada, ada, people.at(2, 14))
        shown = await tasks.set_tasks(ada, (MEDICINE, TABLETS), (COMPANY, "A walk"), visit=visit)
        before = await tasks.set_tasks(ada, (COMPANY, "A walk"), visit=late)
        [walk] = (await tasks.get(ada, late)).tasks
        await tasks.set_tasks(ada, (COMPANY, "Cards, as it rains"), visit=late, shown=before)
        for one in (visit, late):
            await people.take(one, robin)
        tablets, company = (await tasks.get(robin, visit)).tasks
        await written.go_after(visit, robin, 300)
        with pytest.raises(FailedPrecondition, match="VISIT_STARTED"):
            await tasks.set_tasks(ada, (COMPANY, "Cards"), visit=visit, shown=shown)

        done = outcome(company, records.TASK_OUTCOME_KIND_DONE)
        refused = outcome(tablets, records.TASK_OUTCOME_KIND_REFUSED, "They make me dizzy")
        with pytest.raises(Invalid, match="TASK_OUTCOME_MISSING"):
            await tasks.write(visit, robin, shown, [done])
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await tasks.write(visit, robin, "", [])
        record = await tasks.write(visit, robin, shown, [done, refused])
        taken = outcome(tablets, records.TASK_OUTCOME_KIND_TAKEN, at=written.at(12.5))
        await tasks.write(visit, robin, shown, [taken, done], record=record, version=1)
        for reader in (ada, robin):
            first, second = (await written.get_one(visit, reader)).entries
            assert [(task.words, task.outcome, task.reason) for task in first.tasks] == [
                (TABLETS, records.TASK_OUTCOME_KIND_REFUSED, "They make me dizzy"),
                ("A walk", records.TASK_OUTCOME_KIND_DONE, ""),
            ]
            assert second.tasks[0].at.ToSeconds() - second.starts_at.ToSeconds() == 30 * 60
        assert (await written.get(visit, bo)).records == []
        await written.confirm(record, ada, 2)

        # A phone that had no signal has the list of then; sent twice it changes nothing twice.
        sent = records.SendVisitRequest(request_id=str(new_id()), visit_id=late, starts=written.at(14), ends=written.at(15))
        sent.task_list_id = before
        sent.tasks.append(outcome(walk, records.TASK_OUTCOME_KIND_NOT_DONE, "It rained"))
        for _ in range(2):
            assert (await call_service(written.stub.SendVisit, sent, people.token(robin))).version == 1
        assert [task.words for task in (await written.get_one(late, ada)).entries[0].tasks] == ["A walk"]

        assert await exported(people, ada) == {"visit_task_list": 3, "visit_task": 4, "task_outcome": 5, "task_grant": 1}
        assert await exported(people, robin) == {"task_outcome": 5, "task_grant": 1}
        assert await exported(people, bo) == {}


async def exported(people: VisitPeople, person: UUID) -> dict[str, int]:
    """How many rows of tasks somebody gets who asks for their data, by kind."""
    stub, found = people.co_op.stub_at("scheduling", PersonRightsServiceStub), dict[str, int]()
    request = ExportRequest(person_id=str(person))
    while True:
        page = await call_service(stub.Export, request, people.token(person))
        for row in page.records:
            if "task" in row.kind:
                found[row.kind] = found.get(row.kind, 0) + 1
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token

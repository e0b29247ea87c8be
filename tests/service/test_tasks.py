"""Tasks of a team are done only by those who have the credentials for them."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import CredentialRevoked, CredentialVerified
from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import tasks_pb2 as pb
from kith.matching.v1 import teams_pb2 as teams
from kith.matching.v1.tasks_pb2_grpc import TaskServiceStub
from libs import callers
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.service.test_teams import Team
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until

MEDICINES = pb.TASK_KIND_MEDICINES


class Tasks:
    """Calls about the tasks of one team."""

    def __init__(self, team: Team) -> None:
        self.team, self.stub, self.token = team, team.people.co_op.stub(TaskServiceStub), team.people.co_op.token

    async def check(self, person: UUID, by: UUID, kind: "pb.TaskKind.ValueType" = MEDICINES) -> pb.CheckTaskResponse:
        request = pb.CheckTaskRequest(team_id=self.team.id, person_id=str(person), kind=kind)
        checked: pb.CheckTaskResponse = await call_service(self.stub.CheckTask, request, self.token(by))
        return checked

    async def assign(self, person: UUID, token: str, kind: "pb.TaskKind.ValueType" = MEDICINES) -> str:
        request = pb.AssignTaskRequest(request_id=str(new_id()), team_id=self.team.id, person_id=str(person), kind=kind)
        assigned: pb.AssignTaskResponse = await call_service(self.stub.AssignTask, request, token)
        return assigned.until_day

    async def end(self, person: UUID, by: UUID) -> None:
        request = pb.EndTaskRequest(request_id=str(new_id()), team_id=self.team.id, person_id=str(person), kind=MEDICINES)
        await call_service(self.stub.EndTask, request, self.token(by))

    async def seen(self, by: UUID) -> set[str]:
        listed = await call_service(self.stub.GetTeamTasks, pb.GetTeamTasksRequest(team_id=self.team.id), self.token(by))
        return {task.person_id for task in listed.tasks}

    async def ended(self) -> list[facts.TaskEnded]:
        return [event for event in await self.team.people.co_op.published_events("matching") if isinstance(event, facts.TaskEnded)]


async def _team(people: MatchingPeople, owner: UUID, *members: tuple[UUID, "teams.TeamMemberKind.ValueType"]) -> Tasks:
    team = Team(people, owner)
    for member, kind in members:
        await team.invite(member, kind, people.co_op.token(owner))
        await team.answer(member)
    return Tasks(team)


@pytest.mark.capability("T8", "I6")
async def test_a_volunteer_is_refused_a_medicine_task_and_told_what_is_missing(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, ben, wren, sister, stranger = await people.members(5)
        kinds = teams.TEAM_MEMBER_KIND_VOLUNTEER, teams.TEAM_MEMBER_KIND_WORKER
        tasks, token = await _team(people, ada, (ben, kinds[0]), (wren, kinds[1])), people.co_op.token
        await people.get_ready(wren, kinds=("medicines",))
        with pytest.raises(FailedPrecondition, match="TASK_NEEDS_CREDENTIALS") as refused:
            await tasks.assign(ben, token(ada))
        assert refused.value.details == {"kinds": "dbs medicines references right_to_work"}
        assert list((await tasks.check(ben, ben)).missing) == ["dbs", "medicines", "references", "right_to_work"]
        as_ada = await people.let_act(sister, ada)
        assert await tasks.assign(wren, as_ada) == ""
        assert await tasks.seen(ben) == {str(wren)}
        for caller in (ben, wren):
            with pytest.raises(NotAllowed, match="NOT_TEAM_OWNER"):
                await tasks.assign(wren, token(caller))
        with pytest.raises(NotAllowed, match="NOT_TEAM_OWNER"):
            await tasks.check(wren, ben)
        with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
            await tasks.seen(stranger)
        with pytest.raises(FailedPrecondition, match="NOT_IN_TEAM"):
            await tasks.assign(stranger, token(ada))

        await tasks.end(wren, wren)
        with pytest.raises(FailedPrecondition, match="TASK_NOT_ASSIGNED"):
            await tasks.end(wren, ada)
        await tasks.assign(wren, token(ada))
        await tasks.team.end(wren, wren)
        assert await tasks.seen(ada) == set()
        assert [event.credentials for event in await tasks.ended()] == [False, False]


async def _rebuild_begins(people: MatchingPeople) -> None:
    """As an operator's rebuild leaves the tables at first: no credentials, the first event still to come."""
    async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as connection:
        await connection.execute("delete from held_credential")
        await connection.execute("update team_task set check_again = true")
        await connection.execute("update position set n = 0 where source = 'identity'")


@pytest.mark.capability("T8", "I6")
async def test_a_task_ends_with_the_credential_and_the_team_hears(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, ben, wren, ira = await people.members(4)
        worker = teams.TEAM_MEMBER_KIND_WORKER
        tasks, token = await _team(people, ada, (ben, worker), (wren, worker), (ira, worker)), people.co_op.token
        last, revoked = people.co_op.today() + timedelta(days=2), str(new_id())
        papers = ((ben, str(new_id()), last.isoformat()), (wren, revoked, ""), (ira, str(new_id()), ""))
        await people.identity.publish(
            *(
                (CredentialVerified(person_id=str(of), credential_id=paper, kind="medicines", expires_on=until), str(of))
                for of, paper, until in papers
            )
        )
        await people.co_op.wait_until_consumed("matching", "identity")
        assert [await tasks.assign(one, token(ada)) for one in (ben, wren, ira)] == [last.isoformat(), "", ""]

        await people.identity.publish((CredentialRevoked(person_id=str(wren), credential_id=revoked), str(wren)))
        await people.co_op.wait_until_consumed("matching", "identity")
        assert await tasks.seen(ada) == {str(ben), str(ira)}, "at once, whatever the job has done"

        async def ended(*whom: UUID) -> bool:
            return [event.person_id for event in await tasks.ended() if event.credentials] == [str(one) for one in whom]

        await wait_until(lambda: ended(wren))
        await people.co_op.move_clock(2 * 24 * 3600)
        assert await tasks.seen(ada) == {str(ben), str(ira)}, "its last day counts"
        await people.co_op.move_clock(3 * 24 * 3600)
        assert await tasks.seen(ada) == {str(ira)}
        await wait_until(lambda: ended(wren, ben))
        await _rebuild_begins(people)
        await people.look_for_support(ada)  # an event of our own wakes the job
        await asyncio.sleep(1.5)
        assert await tasks.seen(ada) == set()
        assert await ended(wren, ben), "nothing ends by half of the credentials, while they are rebuilt"
        notices = [event for event in await people.co_op.published_events("matching") if isinstance(event, facts.NoticeWanted)]
        assert [set(notice.person_ids) for notice in notices] == [{str(one) for one in (ada, ben, wren, ira)}] * 2


async def test_the_last_day_follows_the_credential_and_a_task_of_nobody_goes(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, ben = await people.members(2)
        tasks, paper = await _team(people, ada, (ben, teams.TEAM_MEMBER_KIND_WORKER)), str(new_id())
        days = [(people.co_op.today() + timedelta(days=ahead)).isoformat() for ahead in (2, 30)]

        async def verify(until: str) -> None:
            verified = CredentialVerified(person_id=str(ben), credential_id=paper, kind="medicines", expires_on=until)
            await people.identity.publish((verified, str(ben)))
            await people.co_op.wait_until_consumed("matching", "identity")

        await verify(days[0])
        assert await tasks.assign(ben, people.co_op.token(ada)) == days[0]
        assert any(ben in row for row in await people.co_op.all_rows("matching", "read_audit")), "how long his papers count, she learns"
        await verify(days[1])

        async def assigned() -> bool:
            events = await people.co_op.published_events("matching")
            return [event.until_day for event in events if isinstance(event, facts.TaskAssigned)] == days

        await wait_until(assigned)
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as connection:
            await connection.execute("delete from team_member where person = $1", ben)
            await connection.execute("update team_task set check_again = true")
        await people.look_for_support(ada)  # an event of our own wakes the job

        async def is_gone() -> bool:
            return not await people.co_op.all_rows("matching", "team_task")

        await wait_until(is_gone)
        assert [event.credentials for event in await tasks.ended()] == [False]

"""What the page of teams asks in one call is what the calls for one team say."""

from collections import Counter
from uuid import UUID

import pytest

from kith.matching.v1 import tasks_pb2 as tasks
from kith.matching.v1 import team_questions_pb2 as questions
from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.tasks_pb2_grpc import TaskServiceStub
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from libs import callers
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from tests.service.test_team_questions import AskedTeam
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure
from tests.support.teams_of_people import invite_to_team


async def _whole(people: MatchingPeople, person: UUID, token: str = "") -> pb.GetWholeTeamsResponse:
    stub, request = people.co_op.stub(TeamServiceStub), pb.GetWholeTeamsRequest(person_id=str(person))
    found: pb.GetWholeTeamsResponse = await call_service(stub.GetWholeTeams, request, token or people.co_op.token(person))
    return found


async def _one(people: MatchingPeople, asked: AskedTeam, team: str, by: UUID) -> pb.WholeTeam:
    token = people.co_op.token(by)
    return pb.WholeTeam(
        team=await call_service(people.co_op.stub(TeamServiceStub).GetTeam, pb.GetTeamRequest(team_id=team), token),
        tasks=await call_service(people.co_op.stub(TaskServiceStub).GetTeamTasks, tasks.GetTeamTasksRequest(team_id=team), token),
        questions=await call_service(asked.stub.GetTeamQuestions, questions.GetTeamQuestionsRequest(team_id=team), token),
    )


async def _reads(people: MatchingPeople, reader: UUID) -> Counter[str]:
    async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as connection:
        return Counter(str(row[0]) for row in await connection.fetch("select subject from read_audit where reader = $1", str(reader)))


async def test_the_teams_of_a_person_are_read_in_one_call(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, jo, mo, sister = await people.members(4)
        of_ada, of_jo = AskedTeam(people), AskedTeam(people)
        await of_ada.form(ada, jo)
        await of_jo.form(jo, ada)
        asked = [await of_ada.ask(jo), await of_jo.ask(jo)]
        await of_ada.answer(asked[0], ada, questions.TEAM_ANSWER_YES)
        invited = await invite_to_team(people.co_op, mo, ada, pb.TEAM_MEMBER_KIND_FRIEND)
        before = await _reads(people, ada)
        found = await _whole(people, ada)
        assert await _reads(people, ada) - before == {str(jo): 1}
        assert [place.team_id for place in found.invitations] == [invited]
        assert list(found.teams) == [await _one(people, each, each.id, ada) for each in (of_ada, of_jo)]
        assert [[one.question_id for one in team.questions.questions] for team in found.teams] == [[asked[0]], [asked[1]]]
        assert not (await _whole(people, mo)).teams[0].questions.questions

        as_ada = await people.let_act(sister, ada)
        seen = await _whole(people, ada, as_ada)
        assert [(team.team.team_id, len(team.questions.questions)) for team in seen.teams] == [(of_ada.id, 1)], "her own team alone"
        for wrong in (await people.let_act(mo, ada, "money"), people.co_op.token(jo)):
            with pytest.raises(NotAllowed):
                await _whole(people, ada, wrong)

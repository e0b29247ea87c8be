"""Fakes of introductions and teams: Ada gets to know Jo, said no to Mo, has a team with Jo in it; Mo asks her into his."""

from collections.abc import Callable
from datetime import timedelta

from kith.matching.v1 import introductions_pb2 as intro
from kith.matching.v1 import tasks_pb2 as tasks
from kith.matching.v1 import team_questions_pb2 as questions
from kith.matching.v1 import teams_pb2 as team
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp

OWN_TEAM, MOS_TEAM, JOS_TEAM = (f"01939f00-0000-7000-8000-0000000000f{number}" for number in (1, 2, 3))


class FakeIntroductionService(FakeService):
    """`step`, `said_yes`, `asked` and `no_kind` are what a test wants to see on the page."""

    def __init__(self) -> None:
        self.step: intro.IntroductionStep.ValueType = intro.INTRODUCTION_STEP_INTEREST
        self.said_yes, self.asked = False, True
        self.no_kind: intro.NoKind.ValueType = intro.NO_KIND_NO
        super().__init__(intro.DESCRIPTOR.services_by_name["IntroductionService"])

    def GetIntroductions(self, request: intro.GetIntroductionsRequest) -> intro.GetIntroductionsResponse:
        def pair(other: str) -> intro.Pair:
            mine = request.person_id
            return intro.Pair(person_id=other, worker_id=mine) if request.giving else intro.Pair(person_id=mine, worker_id=other)

        def live(other: str) -> intro.Introduction:
            return intro.Introduction(
                pair=pair(other), step=self.step, said_yes=self.said_yes, asked=self.asked, until=to_timestamp(NOW + timedelta(days=9)),
                since=to_timestamp(NOW),
            )  # fmt: skip

        first = ADA if request.person_id == JO else JO
        return intro.GetIntroductionsResponse(
            introductions=[live(first), live(MO)], not_now=[intro.NotNow(pair=pair(MO), kind=self.no_kind, at=to_timestamp(NOW))]
        )

    def SayYes(self, request: intro.SayYesRequest) -> intro.SayYesResponse:
        is_last = request.step == intro.INTRODUCTION_STEP_TRIAL
        return intro.SayYesResponse(step=intro.INTRODUCTION_STEP_JOINED if is_last else request.step)


class FakeTeamService(FakeService):
    """`tasks_in` and `questions_to` say by the team's id what the fakes of these say."""

    def __init__(self) -> None:
        self.tasks_in: Callable[[str], tasks.GetTeamTasksResponse] = lambda _team: tasks.GetTeamTasksResponse()
        self.questions_to: Callable[[str], questions.GetTeamQuestionsResponse] = lambda _team: questions.GetTeamQuestionsResponse()
        super().__init__(team.DESCRIPTOR.services_by_name["TeamService"])

    def GetTeams(self, request: team.GetTeamsRequest) -> team.GetTeamsResponse:
        kind = team.TEAM_MEMBER_KIND_FRIEND
        own = team.TeamPlace(team_id=OWN_TEAM, owner_id=request.person_id)
        asked = team.TeamPlace(team_id=MOS_TEAM, owner_id=MO, kind=kind, invited=True)
        return team.GetTeamsResponse(teams=[own, asked, team.TeamPlace(team_id=JOS_TEAM, owner_id=JO, kind=kind)])

    def GetWholeTeams(self, request: team.GetWholeTeamsRequest) -> team.GetWholeTeamsResponse:
        places = FakeTeamService.GetTeams(self, team.GetTeamsRequest(person_id=request.person_id)).teams
        return team.GetWholeTeamsResponse(
            invitations=[place for place in places if place.invited],
            teams=[self._whole(place.team_id) for place in places if not place.invited],
        )

    def _whole(self, team_id: str) -> team.WholeTeam:
        whole = FakeTeamService.GetTeam(self, team.GetTeamRequest(team_id=team_id))
        return team.WholeTeam(team=whole, tasks=self.tasks_in(team_id), questions=self.questions_to(team_id))

    def GetTeam(self, request: team.GetTeamRequest) -> team.GetTeamResponse:
        is_own = request.team_id == OWN_TEAM
        owner, other = (ADA, JO) if is_own else (JO, ADA)
        at = to_timestamp(NOW - timedelta(days=30))
        member = team.TeamMember(person_id=other, kind=team.TEAM_MEMBER_KIND_FRIEND, invited_at=at, joined_at=at)
        asked = team.TeamMember(person_id=MO, kind=team.TEAM_MEMBER_KIND_PEER, invited_at=at)
        rota = team.WornTeamHat(
            hat=team.TEAM_HAT_ROTA_HOLDER, person_id=other, accepted_at=at, until_day="2027-01-31", handover="Ring the bell twice."
        )
        chat = team.WornTeamHat(hat=team.TEAM_HAT_CHAT_HOLDER, person_id=other, until_day="2027-02-28")
        over = team.WornTeamHat(hat=team.TEAM_HAT_MEDICINES_HOLDER, person_id=other, accepted_at=at, until_day="2026-11-23")
        agreement = "We come on time." if is_own else ""
        return team.GetTeamResponse(
            team_id=request.team_id, owner_id=owner, formed_at=at, members=[member, asked], hats=[rota, chat, over], agreement=agreement,
            version=3,
        )  # fmt: skip

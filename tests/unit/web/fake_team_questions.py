"""Fakes of questions to teams: one open, two that ended with and without a yes, one taken back."""

from datetime import timedelta

from kith.matching.v1 import team_questions_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_teams import OWN_TEAM

OPEN, AGREED, OBJECTED, WITHDRAWN = QUESTIONS = tuple(f"01939f00-0000-7000-8000-000000000e{number:02}" for number in range(4))


class FakeTeamQuestionService(FakeService):
    """Tests change `questions` and `answers` for what they want to see."""

    def __init__(self) -> None:
        at = to_timestamp(NOW)
        self.questions = {
            OPEN: _question(OPEN, pb.TEAM_QUESTION_STATE_OPEN, "Shall we cook together on Fridays?", asker_id=ADA, asked_by_id=MO),
            AGREED: _question(AGREED, pb.TEAM_QUESTION_STATE_AGREED, "Shall we ring before we come?", asker_id=JO),
            OBJECTED: _question(OBJECTED, pb.TEAM_QUESTION_STATE_OBJECTED, "Shall we come at 7?", asker_id=JO),
            WITHDRAWN: _question(WITHDRAWN, pb.TEAM_QUESTION_STATE_WITHDRAWN, "Shall we get a cat?"),
        }
        self.answers = [
            pb.TeamQuestionAnswer(
                person_id=JO, answer=pb.TEAM_ANSWER_YES, words="I bring\nthe pans.", answered_at=at, in_team=True, version=1
            ),
            pb.TeamQuestionAnswer(person_id=MO, answer=pb.TEAM_ANSWER_NO, answered_at=at, said_by_id=JO, version=2),
        ]
        super().__init__(pb.DESCRIPTOR.services_by_name["TeamQuestionService"])

    def GetTeamQuestions(self, request: pb.GetTeamQuestionsRequest) -> pb.GetTeamQuestionsResponse:
        return pb.GetTeamQuestionsResponse(questions=self.questions.values() if request.team_id == OWN_TEAM else [])

    def GetTeamQuestion(self, request: pb.GetTeamQuestionRequest) -> pb.GetTeamQuestionResponse:
        question = self.questions[request.question_id]
        is_open = question.state == pb.TEAM_QUESTION_STATE_OPEN
        silent = [ADA] if is_open and ADA not in [answer.person_id for answer in self.answers] else []
        return pb.GetTeamQuestionResponse(question=question, answers=self.answers, silent_ids=silent, owner_id=ADA)

    def AskTeam(self, _request: pb.AskTeamRequest) -> pb.AskTeamResponse:
        return pb.AskTeamResponse(question_id=OPEN)


def _question(
    question: str, state: "pb.TeamQuestionState.ValueType", words: str, asker_id: str = "", asked_by_id: str = ""
) -> pb.TeamQuestion:
    is_open = state == pb.TEAM_QUESTION_STATE_OPEN
    return pb.TeamQuestion(
        question_id=question,
        team_id=OWN_TEAM,
        asker_id=asker_id,
        asked_by_id=asked_by_id,
        words=words,
        asked_at=to_timestamp(NOW - timedelta(days=2)),
        until_day="2026-12-04",
        state=state,
        closed_at=None if is_open else to_timestamp(NOW - timedelta(days=1)),
    )

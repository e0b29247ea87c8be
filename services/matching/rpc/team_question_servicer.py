"""The RPCs of questions to teams."""

from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import team_questions_pb2 as pb
from kith.matching.v1.enums import TeamAnswer
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.matching.commands.answer_team_question import answer_team_question
from services.matching.commands.ask_team import ask_team
from services.matching.commands.withdraw_team_question import withdraw_team_question
from services.matching.domain.team_question import GivenAnswer
from services.matching.queries.get_team_questions import SeenQuestion, WholeQuestion, get_team_question, get_team_questions


def team_question_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "team", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "TeamQuestionService",
        runtime.transactions,
        {
            "AskTeam": acting(command(_asked, partial(ask_team, zone=zone), lambda new: pb.AskTeamResponse(question_id=str(new)))),
            "AnswerTeamQuestion": acting(
                command(
                    _answer,
                    partial(answer_team_question, zone=zone),
                    lambda state: pb.AnswerTeamQuestionResponse(state=to_wire(pb.TeamQuestionState, state)),
                )
            ),
            "WithdrawTeamQuestion": acting(
                command(_one, partial(withdraw_team_question, zone=zone), lambda _: pb.WithdrawTeamQuestionResponse())
            ),
            "GetTeamQuestion": acting(query(_one, get_team_question, _whole)),
            "GetTeamQuestions": acting(
                query(lambda request: (parse_id("team_id", request.team_id),), get_team_questions, listed_questions)
            ),
        },
    )


def _asked(request: pb.AskTeamRequest) -> tuple[UUID, str, date | None]:
    return parse_id("team_id", request.team_id), request.words, parse_day("until_day", request.until_day)


def _answer(request: pb.AnswerTeamQuestionRequest) -> tuple[UUID, TeamAnswer, str, int]:
    answer = from_wire(pb.TeamAnswer, TeamAnswer, request.answer, "answer", "TEAM_ANSWER_MISSING")
    return parse_id("question_id", request.question_id), answer, request.words, request.version


def _one(request: pb.WithdrawTeamQuestionRequest | pb.GetTeamQuestionRequest) -> tuple[UUID]:
    return (parse_id("question_id", request.question_id),)


def _whole(whole: WholeQuestion) -> pb.GetTeamQuestionResponse:
    return pb.GetTeamQuestionResponse(
        question=_question(whole.seen),
        answers=[_given(answer, in_team=answer.person in whole.in_team) for answer in whole.answers],
        silent_ids=map(str, whole.silent),
        owner_id=str(whole.owner),
    )


def listed_questions(seen: list[SeenQuestion]) -> pb.GetTeamQuestionsResponse:
    return pb.GetTeamQuestionsResponse(questions=map(_question, seen))


def _question(seen: SeenQuestion) -> pb.TeamQuestion:
    question = seen.question
    return pb.TeamQuestion(
        question_id=str(question.id),
        team_id=str(question.team),
        asker_id=str(question.asker or ""),
        asked_by_id=str(question.asked_by or ""),
        words=question.words,
        asked_at=timestamp(question.asked_at),
        until_day=question.until_day.isoformat(),
        state=to_wire(pb.TeamQuestionState, question.state),
        closed_at=timestamp(question.closed_at) if question.closed_at else None,
        own_answer=to_wire(pb.TeamAnswer, seen.own) if seen.own else pb.TEAM_ANSWER_UNSPECIFIED,
    )


def _given(answer: GivenAnswer, *, in_team: bool) -> pb.TeamQuestionAnswer:
    return pb.TeamQuestionAnswer(
        person_id=str(answer.person),
        said_by_id=str(answer.said_by or ""),
        answer=to_wire(pb.TeamAnswer, answer.said),
        words=answer.words,
        answered_at=timestamp(answer.answered_at),
        in_team=in_team,
        version=answer.version,
    )

"""Ask one's team something, and answer it: a question with everybody's answers, and the form for one's own."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.matching.v1 import team_questions_pb2 as pb
from kith.matching.v1.enums import TeamAnswer
from libs.rpc.enums import to_wire
from services.web.http.forms import Form
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require, version_of
from services.web.pages.teams.question_views import PATH, fetch_question

_ONE = f"{PATH}/{{question:uuid}}"
_DONE = ("asked", "answered", "withdrawn")


async def _nothing(_ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    return {}


async def _ask(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.AskTeamRequest(request_id=request_id, team_id=ctx.path_param("team"), words=fields["words"], until_day=fields["until_day"])
    asked: pb.AskTeamResponse = await ctx.call(ctx.state.services.team_questions.AskTeam, request)
    return f"{PATH}/{asked.question_id}?done=asked"


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    """The form begins with what the reader said before."""
    whole, is_typed = await fetch_question(ctx), bool(fields["version"])
    return {
        "whole": whole,
        "question": whole.question,
        "choices": choices(ctx, "team_answer", tuple(TeamAnswer)),
        "chosen": fields["answer"] if is_typed else whole.question.own,
        "why": fields["words"] if is_typed else whole.own_words,
        "version": fields["version"] if is_typed else str(whole.version),
        "done": ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    }


async def _answer(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["answer"] in tuple(TeamAnswer) else [ctx.refusal_problem("answer", "TEAM_ANSWER_MISSING")])
    request = pb.AnswerTeamQuestionRequest(
        request_id=request_id,
        question_id=ctx.path_param("question"),
        answer=to_wire(pb.TeamAnswer, TeamAnswer(fields["answer"])),
        words=fields["words"],
        version=version_of(fields),
    )
    await ctx.call(ctx.state.services.team_questions.AnswerTeamQuestion, request)
    return f"{PATH}/{request.question_id}?done=answered"


async def _subject(ctx: PageContext) -> ActionSubject:
    question = (await fetch_question(ctx)).question
    return ActionSubject(question.words, question.path)


async def _withdraw(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    question = ctx.path_param("question")
    request = pb.WithdrawTeamQuestionRequest(request_id=form.request_id, question_id=question)
    await ctx.call(ctx.state.services.team_questions.WithdrawTeamQuestion, request)
    return ctx.redirect(f"{PATH}/{question}?done=withdrawn")


_ASK = FormPage(
    "team-ask",
    "teams/ask",
    _nothing,
    _ask,
    fields=("words", "until_day"),
    input_by_field={"words": "words", "until_day": "until_day"},
)
_ANSWER = FormPage(
    "team-answer",
    "teams/question",
    _values,
    _answer,
    fields=("answer", "words", "version"),
    input_by_field={"answer": "answer", "words": "words"},
)
_WITHDRAW = ConfirmedAction("withdraw_team_question", _subject, _withdraw, Access.MEMBER, needs_decision=False, acting=True)
PAGES = (
    form_page("/team/{team:uuid}/ask", _ASK, Access.MEMBER, acting=True),
    form_page(_ONE, _ANSWER, Access.MEMBER, acting=True),
    confirmation_page(f"{_ONE}/withdraw", _WITHDRAW),
)

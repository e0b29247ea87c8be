"""Questions to a team in words: what is asked, who said what, and what the team decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kith.matching.v1 import team_questions_pb2 as pb
from kith.matching.v1.enums import TeamAnswer, TeamQuestionState
from libs.rpc.enums import known_word
from services.web.page_context import PageContext, utc_datetime

PATH = "/team/questions"
_STATUS = {TeamQuestionState.OPEN: "wait", TeamQuestionState.AGREED: "yes", TeamQuestionState.WITHDRAWN: "calm"}
_STATUS_OF_ANSWER = {TeamAnswer.YES: "yes", TeamAnswer.NO: "no", TeamAnswer.EITHER: "calm"}


@dataclass(frozen=True)
class QuestionView:
    """`says` is how it stands; `day` its last day, or that on which it ended; `own` what the reader said, empty: nothing."""

    path: str
    words: str
    asked: Markup
    status: str
    says: Markup
    day: str
    is_open: bool
    own: str
    is_mine: bool


@dataclass(frozen=True)
class TeamQuestions:
    """Those of one team: open, decided, and those that nothing came of."""

    open: Sequence[QuestionView]
    decided: Sequence[QuestionView]
    over: Sequence[QuestionView]


@dataclass(frozen=True)
class AnswerView:
    """What somebody said; of who has not answered, nothing. `notes` say who acted, and who has left."""

    name: str
    status: str
    says: Markup
    words: str
    notes: Sequence[Markup]


@dataclass(frozen=True)
class WholeQuestionView:
    """A question with everybody's answers; `own_words` and `version` are of the reader's."""

    question: QuestionView
    title: Markup
    is_own_team: bool
    answers: Sequence[AnswerView]
    own_words: str
    version: int


async def questions_of(ctx: PageContext, found: pb.GetTeamQuestionsResponse) -> TeamQuestions:
    """Of one team, in words."""
    await ctx.person_names(person for row in found.questions for person in (row.asker_id, row.asked_by_id))
    rows = [(row.state, await _question(ctx, row)) for row in found.questions]
    return TeamQuestions(
        [view for _, view in rows if view.is_open],
        [view for state, view in rows if state == pb.TEAM_QUESTION_STATE_AGREED],
        [view for state, view in rows if not view.is_open and state != pb.TEAM_QUESTION_STATE_AGREED],
    )


async def fetch_question(ctx: PageContext) -> WholeQuestionView:
    """That of the path. Raises NotFound TEAM_QUESTION_UNKNOWN."""
    request = pb.GetTeamQuestionRequest(question_id=ctx.path_param("question"))
    found: pb.GetTeamQuestionResponse = await ctx.call(ctx.state.services.team_questions.GetTeamQuestion, request)
    people = [person for row in found.answers for person in (row.person_id, row.said_by_id)]
    asked = (found.question.asker_id, found.question.asked_by_id)
    names = await ctx.person_names([found.owner_id, *asked, *people, *found.silent_ids])
    own = next((row for row in found.answers if row.person_id == ctx.subject_id), None)
    is_own = found.owner_id == ctx.subject_id
    silent = [AnswerView(names[person].full, "wait", ctx.say("team_question.silent"), "", []) for person in found.silent_ids]
    return WholeQuestionView(
        await _question(ctx, found.question),
        ctx.say("team_question.title") if is_own else ctx.say("team_question.title_of", name=names[found.owner_id].full),
        is_own,
        [*(await _answers(ctx, found)), *silent],
        own.words if own else "",
        own.version if own else 0,
    )


async def _question(ctx: PageContext, row: pb.TeamQuestion) -> QuestionView:
    state = known_word(pb.TeamQuestionState, TeamQuestionState, row.state, None)
    own = known_word(pb.TeamAnswer, TeamAnswer, row.own_answer, None)
    names, is_open = await ctx.person_names([row.asker_id, row.asked_by_id]), state is TeamQuestionState.OPEN
    when = ctx.format_moment(utc_datetime(row.asked_at))
    asked = ctx.say("team_question.asked", name=names[row.asker_id].full, when=when)
    if row.asked_by_id:
        asked += Markup(" ") + ctx.say("team_question.acted", name=names[row.asked_by_id].full)
    ended = ctx.local_day(utc_datetime(row.closed_at)).isoformat() if row.HasField("closed_at") else ""
    return QuestionView(
        f"{PATH}/{row.question_id}",
        row.words,
        asked,
        _STATUS.get(state, "no") if state else "calm",
        ctx.say(f"team_question_state.{state.value}") if state else Markup(),
        ctx.format_day(row.until_day if is_open else ended),
        is_open,
        own.value if own else "",
        row.asker_id == ctx.subject_id,
    )


async def _answers(ctx: PageContext, found: pb.GetTeamQuestionResponse) -> list[AnswerView]:
    """Without answers that only a newer version knows."""
    names = await ctx.person_names([])
    answers = []
    for row in found.answers:
        said = known_word(pb.TeamAnswer, TeamAnswer, row.answer, None)
        if said is None:
            continue
        notes = [ctx.say("team_question.acted", name=names[row.said_by_id].full)] if row.said_by_id else []
        notes += [] if row.in_team else [ctx.say("team_question.has_left")]
        name = names[row.person_id].full
        answers.append(AnswerView(name, _STATUS_OF_ANSWER[said], ctx.say(f"team_answer.{said.value}"), row.words, notes))
    return answers

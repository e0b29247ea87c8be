"""Converts a ballot's choice between form fields, protobuf marks and words: one answer, several answers, or points."""

from collections.abc import Sequence

from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.ballots.carrier import AnswerField, BallotChoice
from services.web.pages.federated_votes.vote_view import ABSTAIN, APPROVAL, PLURALITY, SCORE, TWO_SIDED_METHODS, VoteView, option_label

FIRST_FIELD = "mark-0"


def input_type(vote: VoteView) -> str:
    """The type of the form's inputs: radio, checkbox or number."""
    return {APPROVAL: "checkbox", SCORE: "number"}.get(vote.method, "radio")


def answer_fields(ctx: PageContext, vote: VoteView, chosen: BallotChoice | None) -> list[AnswerField]:
    """The options of the form, with the earlier choice."""
    before = dict(chosen.marks) if chosen else {}
    single = input_type(vote) == "radio"
    return [
        AnswerField(
            field="mark-0" if single else f"mark-{index}",
            value=str(index) if single else "1",
            text=option_label(ctx, vote, option),
            hint=_hint(ctx, vote, option),
            chosen=option in before,
            points=str(before[option]) if option in before else "",
        )
        for index, option in enumerate(_options_shown(vote))
    ]


def parse_choice(ctx: PageContext, vote: VoteView, form: Form) -> tuple[BallotChoice | None, list[FormProblem]]:
    """The choice that the form contains, or its problems."""
    shown = _options_shown(vote)
    if input_type(vote) == "radio":
        text = form.text(FIRST_FIELD)
        if not _is_number(text, len(shown) - 1):
            return None, [ctx.form_problem(FIRST_FIELD, "vote.choice_missing")]
        return BallotChoice(((shown[int(text)], 0),)), []
    sent = [(index, option, form.text(f"mark-{index}")) for index, option in enumerate(shown)]
    if input_type(vote) == "checkbox":
        return BallotChoice(tuple((option, 0) for _, option, text in sent if text)), []
    scores = [(index, option, text) for index, option, text in sent if text]
    wrong = [index for index, _, text in scores if not _is_number(text, vote.highest_score)]
    if wrong:
        return None, [ctx.form_problem(f"mark-{index}", "ballot.points_wrong", most=vote.highest_score) for index in wrong]
    return BallotChoice(tuple((option, int(text)) for _, option, text in scores)), []


def form_fields(vote: VoteView, choice: BallotChoice) -> dict[str, str]:
    """The choice as form fields, for hidden inputs and for a draft."""
    shown = _options_shown(vote)
    if input_type(vote) == "radio":
        return {FIRST_FIELD: str(shown.index(choice.marks[0][0]))}
    return {"none": "1"} | {
        f"mark-{shown.index(option)}": str(points or 1 if vote.method == APPROVAL else points) for option, points in choice.marks
    }


def describe_choice(ctx: PageContext, vote: VoteView, marks: Sequence[tuple[str, int]]) -> str:
    """The choice in words."""
    if not marks:
        return str(ctx.say("ballot.none_chosen"))
    if vote.method == SCORE:
        return " · ".join(str(ctx.say("ballot.scored", option=option, points=points)) for option, points in marks)
    return " · ".join(option_label(ctx, vote, option) for option, _ in marks)


def _options_shown(vote: VoteView) -> list[str]:
    own = [ABSTAIN] if vote.method == PLURALITY else []
    return [*vote.options, *own]


def _hint(ctx: PageContext, vote: VoteView, option: str) -> str:
    key = f"choice.{option}_means"
    has_own_hint = option == ABSTAIN or vote.method in TWO_SIDED_METHODS
    return str(ctx.say(key)) if has_own_hint and ctx.catalogue.has(key) else ""


def _is_number(text: str, highest: int) -> bool:
    return text.isdecimal() and len(text) <= len(str(highest)) and int(text) <= highest

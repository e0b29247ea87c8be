"""A choice between a form, the wire and words: one answer, several answers, or points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kith.governance.v1 import votes_pb2 as pb
from services.web.door.forms import Form
from services.web.pages.votes.view import ABSTAIN, APPROVAL, PLURALITY, SCORE, TWO_SIDED, VoteView, option_said
from services.web.visit import Problem, Visit

FIRST_FIELD = "mark-0"


@dataclass(frozen=True)
class Answer:
    """One line of the form. `field` names its input, `value` is what it sends."""

    field: str
    value: str
    text: str
    hint: str
    chosen: bool
    points: str


@dataclass(frozen=True)
class Choice:
    """What was chosen. No marks at all is an answer too, for several answers and for points: for none of them."""

    marks: tuple[tuple[str, int], ...]

    @property
    def wire(self) -> list[pb.Mark]:
        """For a request."""
        return [pb.Mark(option=option, points=points) for option, points in self.marks]


def of_ballot(ballot: pb.VoteBallot | None) -> Choice | None:
    """What is recorded; None where nothing is, or it was taken back."""
    if ballot is None or ballot.withdrawn:
        return None
    return Choice(tuple((one.option, one.points) for one in ballot.marks))


def kind(vote: VoteView) -> str:
    """radio, checkbox or number: how the form asks."""
    return {APPROVAL: "checkbox", SCORE: "number"}.get(vote.method, "radio")


def answers(visit: Visit, vote: VoteView, chosen: Choice | None) -> list[Answer]:
    """The form's lines, with what was chosen before."""
    before = dict(chosen.marks) if chosen else {}
    single = kind(vote) == "radio"
    return [
        Answer(
            field="mark-0" if single else f"mark-{at}",
            value=str(at) if single else "1",
            text=option_said(visit, vote, option),
            hint=_hint(visit, vote, option),
            chosen=option in before,
            points=str(before[option]) if option in before else "",
        )
        for at, option in enumerate(_shown(vote))
    ]


def read(visit: Visit, vote: VoteView, form: Form) -> tuple[Choice | None, list[Problem]]:
    """What the form says, or what is to be put right."""
    shown = _shown(vote)
    if kind(vote) == "radio":
        text = form.text(FIRST_FIELD)
        if not text.isdecimal() or int(text) >= len(shown):
            return None, [visit.problem(FIRST_FIELD, "vote.choice_missing")]
        return Choice(((shown[int(text)], 0),)), []
    sent = [(at, option, form.text(f"mark-{at}")) for at, option in enumerate(shown)]
    if kind(vote) == "checkbox":
        return Choice(tuple((option, 0) for _, option, text in sent if text)), []
    given = [(at, option, text) for at, option, text in sent if text]
    wrong = [at for at, _, text in given if not _points(text, vote.highest_score)]
    if wrong:
        return None, [visit.problem(f"mark-{at}", "ballot.points_wrong", most=vote.highest_score) for at in wrong]
    return Choice(tuple((option, int(text)) for _, option, text in given)), []


def fields(vote: VoteView, choice: Choice) -> dict[str, str]:
    """The same as a form would send it again: for hidden fields and for a draft."""
    shown = _shown(vote)
    if kind(vote) == "radio":
        return {FIRST_FIELD: str(shown.index(choice.marks[0][0]))}
    return {"none": "1"} | {
        f"mark-{shown.index(option)}": str(points or 1 if vote.method == APPROVAL else points) for option, points in choice.marks
    }


def of_fields(visit: Visit, vote: VoteView, kept: Mapping[str, str]) -> Choice | None:
    """What a draft holds; None for an empty one."""
    return read(visit, vote, Form(kept))[0] if kept else None


def said(visit: Visit, vote: VoteView, marks: Sequence[tuple[str, int]]) -> str:
    """The choice in words."""
    if not marks:
        return str(visit.say("ballot.none_chosen"))
    if vote.method == SCORE:
        return " · ".join(str(visit.say("ballot.scored", option=option, points=points)) for option, points in marks)
    return " · ".join(option_said(visit, vote, option) for option, _ in marks)


def _shown(vote: VoteView) -> list[str]:
    own = [ABSTAIN] if vote.method == PLURALITY else []
    return [*vote.options, *own]


def _hint(visit: Visit, vote: VoteView, option: str) -> str:
    key = f"choice.{option}_means"
    known = option == ABSTAIN or vote.method in TWO_SIDED
    return str(visit.say(key)) if known and visit.words.knows(key) else ""


def _points(text: str, most: int) -> bool:
    return text.isdecimal() and len(text) <= len(str(most)) and int(text) <= most

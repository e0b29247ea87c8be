"""What is done only after it was looked at once more: each has a page that says what will happen, and most name a decision of ours first.

The same two steps everywhere: choose the decision (a question in the address, it is no secret), then check and do.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.page import Page, Who
from services.web.visit import Problem, Visit, utc
from services.web.words.dates import plain_day

_LOOKED_THROUGH = 100


@dataclass(frozen=True)
class Passed:
    """A decision of ours that passed."""

    number: int
    decision_id: str
    said: str


@dataclass(frozen=True)
class About:
    """What the deed is about: its name, and the page to go back to."""

    title: str
    path: str


@dataclass(frozen=True)
class Deed:
    """`name` finds its words (`deed.<name>.title`, `.text`, `.do`) and names its form."""

    name: str
    about: Callable[[Visit], Awaitable[About]]
    do: Callable[[Visit, Form, Passed | None], Awaitable[Response]]
    who: Who = Who.SECRETARY
    decided: bool = True
    """It needs a decision of ours."""


def page(path: str, deed: Deed) -> Page:
    """The deed as a page at this path."""

    async def show(visit: Visit) -> Response:
        about = await deed.about(visit)
        if not deed.decided:
            return _check(visit, deed, about, None, [])
        decisions = await passed(visit)
        chosen = chosen_of(decisions, visit.query("decision"))
        if chosen is None:
            missing = [visit.problem("decision", "deed.decision_missing")] if "decision" in visit.request.query_params else []
            return visit.page(
                "decide",
                422 if missing else 200,
                problems=missing,
                deed=deed.name,
                about=about,
                decisions=choices(decisions),
                at=visit.path,
            )
        return _check(visit, deed, about, chosen, [])

    async def act(visit: Visit, form: Form) -> Response:
        chosen = chosen_of(await passed(visit), form.text("decision")) if deed.decided else None
        if deed.decided and chosen is None:
            return visit.go(visit.path)
        try:
            return await deed.do(visit, form, chosen)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            return _check(visit, deed, await deed.about(visit), chosen, visit.problems(refusal), 409)

    return Page(path, show, act, f"deed-{deed.name}", deed.who)


async def passed(visit: Visit) -> list[Passed]:
    """The co-op's own decisions that passed, newest first."""
    request = gov.ListDecisionsRequest(page_size=_LOOKED_THROUGH)
    answer: gov.ListDecisionsResponse = await visit.ask(visit.front.services.governance.ListDecisions, request)
    return [
        Passed(one.number, one.decision_id, str(visit.say("deed.decision_said", number=one.number, title=one.title, day=_day(visit, one))))
        for one in answer.decisions
        if one.passed and one.kind == "motion"
    ]


def choices(decisions: Sequence[Passed]) -> list[dict[str, str]]:
    """For a choose-one field."""
    return [{"value": str(one.number), "text": one.said, "hint": ""} for one in decisions]


def chosen_of(decisions: Sequence[Passed], number: str) -> Passed | None:
    """The decision of that number."""
    return next((one for one in decisions if str(one.number) == number), None)


def number(decision: Passed | None) -> int:
    """For a request; 0 where the deed needs none."""
    return decision.number if decision else 0


def _day(visit: Visit, one: gov.Decision) -> str:
    return plain_day(visit.local_day(utc(one.decided_at)))


def _check(visit: Visit, deed: Deed, about: About, chosen: Passed | None, problems: list[Problem], code: int = 200) -> Response:
    return visit.page("deed", code, problems=problems, deed=deed.name, about=about, chosen=chosen, at=visit.path)

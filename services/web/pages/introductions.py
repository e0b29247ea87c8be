"""People somebody is getting to know: whom they may meet, whom they try it with, and whom they do not want to see for now.

Each side sees its own answers and the steps that both have taken. A no of the other side shows nowhere, as silence does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import introductions_pb2 as pb
from kith.matching.v1.enums import IntroductionStep, NoKind
from libs.rpc import enums
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.qualification_view import kinds_in_words

CHANGE = "introduction"
_PairIds: TypeAlias = tuple[str, str]
_OWN_NOES = {NoKind.NO, NoKind.BLOCK}
_WAITING = (IntroductionStep.INTEREST, IntroductionStep.MEETING, IntroductionStep.TRIAL)
_DONE = ("yes", "joined", "no", "block", "lift")


@dataclass(frozen=True)
class IntroductionView:
    """One introduction in the words of one side."""

    person_id: str
    worker_id: str
    name: str
    step: str
    says: Markup
    yes: Markup
    """The button's words."""
    said_yes: bool
    asked: bool
    proposed: bool
    """A matching day proposed it: neither has asked."""
    until: str


@dataclass(frozen=True)
class NotNowView:
    """Somebody whom this side does not want to see, or with whom it came to nothing."""

    person_id: str
    worker_id: str
    name: str
    says: Markup
    is_blocked: bool


@dataclass(frozen=True)
class SideView:
    """All of one side: of the person, or of the one who gives support."""

    side: str
    live: Sequence[IntroductionView]
    not_now: Sequence[NotNowView]


async def show(ctx: PageContext) -> Response:
    """Both sides of a person; of somebody they act for, the side that looks for support alone."""
    sides = [await _side(ctx, giving=False), *([] if ctx.acting else [await _side(ctx, giving=True)])]
    return ctx.render("introductions", sides=sides, done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "")


async def change(ctx: PageContext, form: Form) -> Response:
    """Answer a step, or say whom one wants to see."""
    services, did = ctx.state.services.introductions, form.text("do")
    pair = pb.Pair(person_id=form.text("person"), worker_id=form.text("worker"))
    if did == "yes":
        step, shown = form.text("step"), pb.INTRODUCTION_STEP_UNSPECIFIED
        if step in list(IntroductionStep):
            shown = enums.to_wire(pb.IntroductionStep, IntroductionStep(step))
        async with kinds_in_words(ctx):
            answer: pb.SayYesResponse = await ctx.call(services.SayYes, pb.SayYesRequest(request_id=form.request_id, pair=pair, step=shown))
        did = "joined" if answer.step == pb.INTRODUCTION_STEP_JOINED else "yes"
    elif did in {"no", "block"}:
        await ctx.call(services.SayNo, pb.SayNoRequest(request_id=form.request_id, pair=pair, block=did == "block"))
    elif did == "lift":
        await ctx.call(services.LiftNo, pb.LiftNoRequest(request_id=form.request_id, pair=pair))
    return ctx.redirect(f"/people?done={did}" if did in _DONE else "/people")


async def _side(ctx: PageContext, *, giving: bool) -> SideView:
    request = pb.GetIntroductionsRequest(person_id=ctx.subject_id, giving=giving)
    response: pb.GetIntroductionsResponse = await ctx.call(ctx.state.services.introductions.GetIntroductions, request)
    pairs = [*(row.pair for row in response.introductions), *(row.pair for row in response.not_now)]
    others = [_other(pair, giving=giving) for pair in pairs]
    names = {person: name.full for person, name in (await ctx.person_names(others)).items()}
    noes = [(row, known_word(pb.NoKind, NoKind, row.kind, NoKind.NO)) for row in response.not_now]
    hidden = {_ids(row.pair) for row, kind in noes if kind in _OWN_NOES}
    live = [view for row in response.introductions if _ids(row.pair) not in hidden for view in _live(ctx, row, names, giving=giving)]
    shown = {(view.person_id, view.worker_id) for view in live}
    not_now = [_not_now(ctx, row, kind, names, giving=giving) for row, kind in noes if _ids(row.pair) not in shown]
    return SideView("giving" if giving else "getting", live, not_now)


def _live(ctx: PageContext, row: pb.Introduction, names: dict[str, str], *, giving: bool) -> list[IntroductionView]:
    """Nothing for a step that waits for nobody, or that only a newer version knows."""
    step = known_word(pb.IntroductionStep, IntroductionStep, row.step, None)
    if step not in _WAITING:
        return []
    name = names[_other(row.pair, giving=giving)]
    side = "giving" if giving else "getting"
    return [
        IntroductionView(
            *_ids(row.pair),
            name,
            step.value,
            ctx.say(f"meet.step_{step.value}_{side}", name=name),
            ctx.say(f"meet.yes_{step.value}_{side}"),
            row.said_yes,
            row.asked,
            row.proposed and step is IntroductionStep.INTEREST,
            ctx.format_moment(utc_datetime(row.until)) if row.HasField("until") else "",
        )
    ]


def _not_now(ctx: PageContext, row: pb.NotNow, kind: NoKind, names: dict[str, str], *, giving: bool) -> NotNowView:
    name = names[_other(row.pair, giving=giving)]
    says = ctx.say(f"meet.not_now_{kind.value}", when=ctx.format_moment(utc_datetime(row.at)))
    return NotNowView(*_ids(row.pair), name, says, kind is NoKind.BLOCK)


def _other(pair: pb.Pair, *, giving: bool) -> str:
    return pair.person_id if giving else pair.worker_id


def _ids(pair: pb.Pair) -> _PairIds:
    return pair.person_id, pair.worker_id

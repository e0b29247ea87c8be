"""How a worker works: they and a secretary each propose it, and the other side answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from kith.scheduling.v1 import engagements_pb2 as pb
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1.enums import EngagementKind, TermsState
from libs.rpc.enums import known_word, to_wire
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page
from services.web.pages.money.money_words import amount, typed_pence

_ANSWER = "engagement-answer"
_DONE = ("proposed", "yes", "no")


@dataclass(frozen=True)
class EngagementRow:
    """One engagement in words. `can_answer`: it waits for the side of who looks at it."""

    id: str
    says: str
    days: str
    state: str
    can_answer: bool


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    worker, own = _worker(ctx), "person" not in ctx.request.path_params
    request = pb.GetEngagementsRequest(worker_id=worker)
    found: pb.GetEngagementsResponse = await ctx.call(ctx.state.services.engagements.GetEngagements, request)
    kind = fields["kind"] if fields["kind"] in tuple(EngagementKind) else ""
    return {
        "own": own,
        "name": (await ctx.person_names([worker]))[worker].full,
        "worker": worker,
        "rows": [_row(ctx, each, own=own) for each in found.engagements],
        "kinds": choices(ctx, "engagement_kind", tuple(EngagementKind)),
        "kind": kind,
        "days": ctx.day_choices(0, 1),
        "done": ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    }


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    kind = fields["kind"]
    request = pb.ProposeEngagementRequest(
        request_id=request_id,
        worker_id=_worker(ctx),
        kind=to_wire(pb.EngagementKind, EngagementKind(kind)) if kind in tuple(EngagementKind) else pb.ENGAGEMENT_KIND_UNSPECIFIED,
        rate_pence=typed_pence(fields["rate"]),
        wage_pence=typed_pence(fields["wage"]),
        first_day=fields["first_day"],
        last_day=fields["last_day"],
    )
    await ctx.call(ctx.state.services.engagements.ProposeEngagement, request)
    return f"{ctx.request_path}?done=proposed"


async def answer(ctx: PageContext, form: Form) -> Response:
    """Yes or no to what the other side proposes."""
    said, back = form.text("do"), ctx.request_path.rpartition("/")[0]
    if said not in _DONE[1:]:
        return ctx.redirect(back)
    request = pb.AnswerEngagementRequest(request_id=form.request_id, engagement_id=form.text("engagement"), agrees=said == "yes")
    await ctx.call(ctx.state.services.engagements.AnswerEngagement, request)
    return ctx.redirect(f"{back}?done={said}")


def _worker(ctx: PageContext) -> str:
    """The one in the address, or who looks at their own."""
    return str(ctx.request.path_params.get("person", ctx.person_id))


def _row(ctx: PageContext, each: pb.Engagement, *, own: bool) -> EngagementRow:
    kind = known_word(pb.EngagementKind, EngagementKind, each.kind, EngagementKind.VOLUNTEER)
    state = known_word(funding.TermsState, TermsState, each.state, TermsState.WITHDRAWN)
    says = ctx.say(f"engagement_says.{kind}", rate=amount(each.rate_pence), wage=amount(each.wage_pence))
    first, last = ctx.format_day(each.first_day), ctx.format_day(each.last_day)
    days = ctx.say("away.span", first=first, last=last) if last else ctx.say("engagement.from", first=first)
    # What a worker proposes waits for a secretary who is somebody else.
    from_worker = each.proposed_by == each.worker_id
    waits_here = not from_worker if own else from_worker and each.worker_id != ctx.person_id
    return EngagementRow(each.engagement_id, str(says), str(days), state.value, state is TermsState.PROPOSED and waits_here)


_FORM = FormPage(
    "engagement",
    "money/engagement",
    _values,
    _propose,
    fields=("kind", "rate", "wage", "first_day", "last_day"),
    input_by_field={
        "kind": "kind",
        "rate_pence": "rate",
        "wage_pence": "wage",
        "first_day": "first_day",
        "last_day": "last_day",
    },
)
PAGES = (
    form_page("/money/work", _FORM, Access.MEMBER),
    Page("/money/work/answer", None, answer, _ANSWER),
)
SECRETARY_PAGES = (
    form_page("/members/{person:uuid}/engagement", _FORM),
    Page("/members/{person:uuid}/engagement/answer", None, answer, _ANSWER, Access.SECRETARY),
)

"""A worker offers one of their visits to another of the team: alone, or for one of the other's."""

from collections.abc import Mapping

from kith.scheduling.v1 import worker_weeks_pb2 as pb
from libs.refusals import Refusal
from services.web.page import Access
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.form_page import Fields, FormPage, form_page, require, version_of
from services.web.pages.visits.visit_words import times_words
from services.web.pages.working_time.rest_reason import REASON_FIELDS, ReasonWantedError, asking_for_reason, is_reason_wanted, said_reason


async def _show(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    visit = ctx.path_param("visit")
    request = pb.GetSwapChoicesRequest(visit_id=visit)
    found: pb.GetSwapChoicesResponse = await ctx.call(ctx.state.services.worker_weeks.GetSwapChoices, request)
    names = await ctx.person_names([found.person_id, *(choice.colleague_id for choice in found.choices)])
    options = []
    for choice in found.choices:
        name = names[choice.colleague_id].full
        options.append({"value": choice.colleague_id, "text": ctx.say("swap.alone", name=name), "hint": ""})
        options += [
            {
                "value": f"{choice.colleague_id} {each.visit_id} {each.version}",
                "text": ctx.say("swap.for", name=name),
                "hint": when_words(ctx, each),
            }
            for each in choice.visits
        ]
    return {
        "visit": visit,
        "name": names[found.person_id].full,
        "when": when_words(ctx, found.visit),
        "options": options,
        "version": fields["version"] or str(found.visit.version),
    }


async def _offer(ctx: PageContext, fields: Fields, request_id: str) -> str:
    colleague, _, back = fields["choice"].partition(" ")
    require([] if colleague else [ctx.form_problem("choice", "swap.choice_missing")])
    back_visit, _, back_version = back.partition(" ")
    request = pb.OfferSwapRequest(
        request_id=request_id,
        visit_id=ctx.path_param("visit"),
        version=version_of(fields),
        colleague_id=colleague,
        return_visit_id=back_visit,
        return_version=version_of({"version": back_version}),
        rest_reason=said_reason(fields),
    )
    try:
        await ctx.call(ctx.state.services.worker_weeks.OfferSwap, request)
    except Refusal as refusal:
        if is_reason_wanted(refusal):
            raise ReasonWantedError(refusal) from refusal
        raise
    return "/week/swaps?done=offered"


def when_words(ctx: PageContext, visit: pb.SwapVisit) -> str:
    """Its day and its times."""
    day = ctx.format_day(ctx.local_day(utc_datetime(visit.starts_at)).isoformat())
    return f"{day}, {times_words(ctx, visit.starts_at, visit.ends_at)}"


OFFER = FormPage(
    "swap-offer",
    "visits/swap_offer",
    _show,
    _offer,
    fields=("choice", "version", *REASON_FIELDS),
    input_by_field={"colleague_id": "choice", "return_visit_id": "choice"},
)
PAGE = asking_for_reason(form_page("/visits/{visit:uuid}/swap", OFFER, Access.MEMBER))
